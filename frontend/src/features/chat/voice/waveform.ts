/** How many bars a voice note is drawn with, at most. */
export const BARS = 64;

/** Loudness of the samples of one moment, 0 to 1: nothing below −54 dB, all at −6 dB, as the ear counts. */
export function loudness(samples: Uint8Array | Float32Array): number {
  let sum = 0;
  for (const sample of samples) {
    const value = samples instanceof Uint8Array ? (sample - 128) / 128 : sample;
    sum += value * value;
  }
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms === 0) return 0;
  const decibel = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (decibel + 54) / 48));
}

/** What was heard over time as at most 64 values 0..100; the loudest moment of each part counts. */
export function waveformOf(levels: readonly { atMs: number; level: number }[], durationMs: number): number[] {
  if (durationMs <= 0 || levels.length === 0) return [];
  const bars = Math.max(1, Math.min(BARS, levels.length));
  const out = new Array<number>(bars).fill(0);
  for (const { atMs, level } of levels) {
    const bar = Math.min(bars - 1, Math.max(0, Math.floor((atMs / durationMs) * bars)));
    out[bar] = Math.max(out[bar] ?? 0, Math.round(level * 100));
  }
  return out;
}

/** As many bars as there is room for, out of however many values there are; never so low that nothing is seen. */
export function barsOf(waveform: readonly number[] | undefined, count: number): number[] {
  const values = waveform?.length ? waveform : [0];
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * values.length) / count));
    return Math.min(100, Math.max(6, ...values.slice(from, to)));
  });
}

/** `0:07`, `12:30`. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
