import { expect, type BrowserContext, type Page } from '@playwright/test';

/** Keeps the page's peer connections where a test can ask them for statistics. Before the first navigation. */
export async function watchMedia(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const kept: RTCPeerConnection[] = [];
    const Native = window.RTCPeerConnection;
    class Watched extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        kept.push(this);
      }
    }
    Object.assign(window, { RTCPeerConnection: Watched, peerConnections: kept });
  });
}

interface Inbound {
  framesDecoded: number;
  audioEnergy: number;
}

async function inbound(page: Page): Promise<Inbound> {
  return page.evaluate(async () => {
    const { peerConnections } = window as unknown as { peerConnections: RTCPeerConnection[] };
    const sum = { framesDecoded: 0, audioEnergy: 0 };
    for (const connection of peerConnections) {
      if (connection.connectionState === 'closed') continue;
      (await connection.getStats()).forEach((report: { type: string; framesDecoded?: number; totalAudioEnergy?: number }) => {
        if (report.type !== 'inbound-rtp') return;
        sum.framesDecoded += report.framesDecoded ?? 0;
        sum.audioEnergy += report.totalAudioEnergy ?? 0;
      });
    }
    return sum;
  });
}

/** How much has come in since this was called; a connection that is given up takes along what came over it. */
async function since(page: Page, what: keyof Inbound): Promise<() => Promise<number>> {
  let before = (await inbound(page))[what];
  return async () => {
    const now = (await inbound(page))[what];
    before = Math.min(before, now);
    return now - before;
  };
}

/** Pictures keep coming in. */
export async function expectVideo(page: Page): Promise<void> {
  await expect.poll(await since(page, 'framesDecoded'), { timeout: 20_000 }).toBeGreaterThan(5);
}

/** Sound keeps coming in. */
export async function expectSound(page: Page): Promise<void> {
  await expect.poll(await since(page, 'audioEnergy'), { timeout: 20_000 }).toBeGreaterThan(0.0001);
}

/** What a page plays is a tone of that many hertz, and not the noise that comes of what could not be opened. */
export async function expectTone(page: Page, hertz: number): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(async () => {
          const { peerConnections } = window as unknown as { peerConnections: RTCPeerConnection[] };
          const tracks = peerConnections.flatMap((connection) => connection.getReceivers().map(({ track }) => track)).filter(({ kind, readyState }) => kind === 'audio' && readyState === 'live');
          const context = new AudioContext();
          const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0.8 });
          for (const track of tracks) context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
          await new Promise((done) => setTimeout(done, 500));
          const bins = new Uint8Array(analyser.frequencyBinCount);
          analyser.getByteFrequencyData(bins);
          const loudest = Math.max(...bins);
          const peak = loudest > 0 ? (bins.indexOf(loudest) * context.sampleRate) / analyser.fftSize : 0;
          await context.close();
          return Math.round(peak / 50) * 50;
        }),
      { timeout: 20_000 },
    )
    .toBe(hertz);
}

/** No picture comes in for a second. */
export async function expectNoVideo(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        const before = (await inbound(page)).framesDecoded;
        await page.evaluate(() => new Promise((done) => setTimeout(done, 1000)));
        return (await inbound(page)).framesDecoded - before;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
}

/** The picture that fills the page, the other person's, has light and more than one colour in it. */
export async function expectPicture(page: Page): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(() => {
          const [video] = [...document.querySelectorAll('video')].sort((a, b) => b.clientWidth - a.clientWidth);
          if (!video || video.clientWidth < window.innerWidth / 2) return 0;
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [64, 36];
          const context = canvas.getContext('2d');
          if (!context) return 0;
          context.drawImage(video, 0, 0, 64, 36);
          const { data } = context.getImageData(0, 0, 64, 36);
          const light = Array.from({ length: 64 * 36 }, (_, i) => (data[4 * i] ?? 0) + (data[4 * i + 1] ?? 0) + (data[4 * i + 2] ?? 0));
          const mean = light.reduce((a, b) => a + b, 0) / light.length;
          return mean > 30 ? Math.max(...light) - Math.min(...light) : 0;
        }),
      { timeout: 20_000 },
    )
    .toBeGreaterThan(50);
}

/** Pictures of the second video section that were decoded, and their size. */
export const screenIn = (page: Page) =>
  page.evaluate(async () => {
    const [connection] = (window as unknown as { peerConnections: RTCPeerConnection[] }).peerConnections.filter(({ connectionState }) => connectionState === 'connected');
    const seen = { frames: 0, width: 0, sound: 0 };
    const track = (kind: string) => connection?.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind)[1]?.receiver.track.id;
    (await connection?.getStats())?.forEach((report: Record<string, unknown>) => {
      if (report['type'] !== 'inbound-rtp') return;
      if (report['trackIdentifier'] === track('video')) Object.assign(seen, { frames: report['framesDecoded'], width: report['frameWidth'] ?? 0 });
      if (report['trackIdentifier'] === track('audio')) seen.sound = (report['totalAudioEnergy'] as number | undefined) ?? 0;
    });
    return seen;
  });

/** The other's screen is shown, and pictures of it keep coming in. */
export async function expectScreen(page: Page, name: string): Promise<void> {
  await expect(page.getByLabel(`${name}'s screen`, { exact: true })).toBeVisible();
  const { frames } = await screenIn(page);
  await expect.poll(async () => (await screenIn(page)).frames, { timeout: 20_000 }).toBeGreaterThan(frames + 3);
}
