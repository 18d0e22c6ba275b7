import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';

const run = promisify(execFile);

/** A voice and a picture that nobody else has; a screen that is green. */
export async function withFace(page: Page, hertz: number, colour: string): Promise<void> {
  await page.evaluate(
    ([tone, paint]) => {
      const pictureOf = (colour: string) => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
        const context = canvas.getContext('2d');
        let frame = 0;
        setInterval(() => {
          if (!context) return;
          context.fillStyle = colour;
          context.fillRect(0, 0, 640, 480);
          context.fillStyle = '#000';
          context.fillRect((frame = (frame + 4) % 600), 0, 40, 20);
        }, 50);
        return canvas.captureStream(20);
      };
      navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(pictureOf('#00ff00'));
      navigator.mediaDevices.getUserMedia = (wanted) => {
        const tracks: MediaStreamTrack[] = [];
        if (wanted?.audio) {
          const audio = new AudioContext();
          const voice = new OscillatorNode(audio, { frequency: tone });
          const out = audio.createMediaStreamDestination();
          voice.connect(new GainNode(audio, { gain: 0.3 })).connect(out);
          voice.start();
          tracks.push(...out.stream.getTracks());
        }
        if (wanted?.video) tracks.push(...pictureOf(paint).getTracks());
        return Promise.resolve(new MediaStream(tracks));
      };
    },
    [hertz, colour] as const,
  );
}

/** How loud a recording is around a tone, in decibels. */
export async function loudness(file: string, hertz: number): Promise<number> {
  const filter = `bandpass=f=${hertz}:width_type=h:w=20,bandpass=f=${hertz}:width_type=h:w=20,volumedetect`;
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-i', file, '-vn', '-af', filter, '-f', 'null', '-']);
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1]);
}

/** The colours of both halves in the middle of a recording. */
export function halves(file: string, at: number): Promise<number[][]> {
  return Promise.all(
    ['1/8', '5/8'].map(async (left) => {
      const raw = ['-ss', String(at), '-i', file, '-frames:v', '1', '-vf', `crop=iw/4:ih/2:iw*${left}:ih/4,scale=1:1`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
      const { stdout } = await run('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...raw], { encoding: 'buffer' });
      return [...stdout];
    }),
  );
}

/** What a recording is made of, and how long it is. */
export async function probe(file: string): Promise<{ kinds: string[]; seconds: number }> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_type:format=duration', '-of', 'json', file]);
  const { streams, format } = JSON.parse(stdout) as { streams: { codec_type: string }[]; format: { duration: string } };
  return { kinds: streams.map(({ codec_type }) => codec_type).sort(), seconds: Number(format.duration) };
}

/** Colours that are seen in a recording: of 96 places, four times a second. It is decoded from end to end for that. */
export async function coloursIn(file: string): Promise<number[][]> {
  const raw = ['-xerror', '-i', file, '-vf', 'fps=4,scale=12:8:flags=neighbor', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const { stdout } = await run('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...raw], { encoding: 'buffer', maxBuffer: 64 << 20 });
  return Array.from({ length: stdout.length / 3 }, (_, n) => [...stdout.subarray(3 * n, 3 * n + 3)]);
}
