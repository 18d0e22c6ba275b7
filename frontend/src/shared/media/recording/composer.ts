import { type Cell, cellsOf } from './cells';
import { everyMs } from './ticker';

const WIDTH = 1280;
const FRAME_MS = 50;
const LINE = 8;
const GROUND = '#1d2422';
const INK = '#eef1ee';
const BEHIND_INK = 'rgb(0 0 0 / 0.6)';

/** What a moment has of one person, or of what they show. */
export interface Side {
  name: string;
  /** Their face, or the screen that they share; none where there is nothing to be seen. */
  picture: MediaStreamTrack | undefined;
  /** Their voice, and what sounds on their screen. */
  sounds: (MediaStreamTrack | undefined)[];
}

/** What is recorded: who is there just now, and how high the picture is, which stays. */
export interface Scene {
  sides: () => Side[];
  height: number;
}

/** All pictures side by side and all voices mixed, as one stream; follows what people switch on and off. */
export interface Composed {
  stream: MediaStream;
  stop: () => void;
}

/** Chromium gives frames of its own making; a canvas that nobody sees gives none of its own there. */
interface Generator extends MediaStreamTrack {
  writable: WritableStream<VideoFrame>;
}
declare const MediaStreamTrackGenerator: { new (init: { kind: 'video' }): Generator } | undefined;

export function compose({ sides, height }: Scene): Composed {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = height;
  const context = canvas.getContext('2d', { alpha: false });
  const videos: HTMLVideoElement[] = [];
  const audio = new AudioContext();
  const mixed = audio.createMediaStreamDestination();
  const sounds = new Map<string, MediaStreamAudioSourceNode>();
  void audio.resume();
  const output = pictureOf(canvas);

  const draw = () => {
    const now = sides();
    // Voices follow at once, also while whoever encodes the pictures is behind.
    mix(audio, mixed, sounds, now.flatMap((side) => side.sounds));
    if (!context || output.busy()) return;
    context.fillStyle = GROUND;
    context.fillRect(0, 0, WIDTH, height);
    const cells = cellsOf(now.length, WIDTH, height);
    cells.forEach((cell, at) => {
      const side = now[at];
      const video = (videos[at] ??= player());
      if (!side) return;
      show(video, side.picture);
      pane(context, video, side, cell);
    });
    // Of who has gone nothing is kept open.
    for (const video of videos.slice(cells.length)) show(video, undefined);
    output.frame();
  };
  draw();
  const rest = everyMs(FRAME_MS, draw);
  return {
    stream: new MediaStream([output.track, ...mixed.stream.getAudioTracks()]),
    stop() {
      rest();
      output.stop();
      for (const video of videos) video.srcObject = null;
      void audio.close().catch(() => undefined);
    },
  };
}

interface Output {
  track: MediaStreamTrack;
  /** The last frame has not been taken yet: whoever encodes is behind. */
  busy: () => boolean;
  frame: () => void;
  stop: () => void;
}

function pictureOf(canvas: HTMLCanvasElement): Output {
  if (typeof MediaStreamTrackGenerator !== 'undefined' && typeof VideoFrame !== 'undefined') {
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const writer = track.writable.getWriter();
    const began = performance.now();
    let busy = false;
    return {
      track,
      busy: () => busy,
      frame() {
        busy = true;
        const frame = new VideoFrame(canvas, { timestamp: Math.round((performance.now() - began) * 1000) });
        writer.write(frame).then(
          () => (busy = false),
          () => frame.close(), // over
        );
      },
      stop: () => track.stop(),
    };
  }
  const track = canvas.captureStream(1000 / FRAME_MS).getVideoTracks()[0];
  if (!track) throw new Error('a canvas without a picture');
  return { track, busy: () => false, frame: () => undefined, stop: () => track.stop() };
}

function player(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return video;
}

function show(video: HTMLVideoElement, track: MediaStreamTrack | undefined): void {
  const shown = video.srcObject instanceof MediaStream ? video.srcObject.getTracks()[0] : undefined;
  if (shown === track) return;
  video.srcObject = track ? new MediaStream([track]) : null;
  if (track) video.play().catch(() => undefined);
}

/** The whole picture, as large as its cell has room for, with a name on it; the name alone where there is none. */
function pane(context: CanvasRenderingContext2D, video: HTMLVideoElement, side: Side, cell: Cell): void {
  const width = cell.width - LINE;
  const { top, height } = cell;
  const at = cell.left + LINE / 2;
  const { videoWidth, videoHeight } = video;
  const shown = side.picture !== undefined && videoWidth > 0 && videoHeight > 0;
  if (shown) {
    const scale = Math.min(width / videoWidth, height / videoHeight);
    const [w, h] = [videoWidth * scale, videoHeight * scale];
    context.drawImage(video, at + (width - w) / 2, top + (height - h) / 2, w, h);
  }
  context.textAlign = shown ? 'left' : 'center';
  context.textBaseline = 'middle';
  context.font = `600 ${shown ? 20 : Math.min(32, width / 10)}px system-ui, sans-serif`;
  if (shown) {
    // A shadow around the letters would cost more than all the rest where no graphics card draws.
    context.fillStyle = BEHIND_INK;
    context.fillRect(at + 8, top + height - 40, Math.min(context.measureText(side.name).width, width - 40) + 16, 32);
  }
  context.fillStyle = INK;
  context.fillText(side.name, shown ? at + 16 : at + width / 2, top + (shown ? height - 24 : height / 2), width - 40);
}

/** Takes in what sounds now, and nothing else; a microphone that is changed is another track. */
function mix(audio: AudioContext, into: AudioNode, sources: Map<string, MediaStreamAudioSourceNode>, tracks: (MediaStreamTrack | undefined)[]): void {
  const live = tracks.filter((track) => track?.readyState === 'live');
  for (const [id, source] of sources) {
    if (live.some((track) => track?.id === id)) continue;
    source.disconnect();
    sources.delete(id);
  }
  for (const track of live) {
    if (!track || sources.has(track.id)) continue;
    const source = audio.createMediaStreamSource(new MediaStream([track]));
    source.connect(into);
    sources.set(track.id, source);
  }
}
