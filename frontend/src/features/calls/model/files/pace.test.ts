import { expect, it, test } from 'vitest';
import { CHUNK_BYTES, WINDOW_MAX } from './messages';
import { Pace, Speed } from './pace';

/** A way of so many bytes a second and so much length, on which everything queues that is too much. Gives back the rate and the longest queue, once it has settled. */
function drive(bytesPerMs: number, lengthMs: number): { share: number; queuedMs: number } {
  const pace = new Pace();
  const under: { end: number; arrives: number }[] = [];
  let [sent, had, free, queuedMs] = [0, 0, 0, 0];
  const runFor = 20_000;
  let hadAtHalf = 0;
  for (let now = 0; now < runFor; now += 1) {
    if (now === runFor / 2) hadAtHalf = had;
    for (let next = under[0]; next && next.arrives <= now; next = under[0]) {
      under.shift();
      had = next.end;
      pace.acknowledged(now, had);
    }
    while (sent - had < pace.window) {
      sent += CHUNK_BYTES;
      free = Math.max(free, now) + CHUNK_BYTES / bytesPerMs;
      under.push({ end: sent, arrives: free + lengthMs });
      pace.sent(now, sent);
      if (now > runFor / 2) queuedMs = Math.max(queuedMs, free - now);
    }
  }
  return { share: (had - hadAtHalf) / ((runFor / 2) * bytesPerMs), queuedMs };
}

test.each([
  [250, 40], // 2 Mbit/s, a phone
  [1_250, 20], // 10 Mbit/s
  [12_500, 60], // 100 Mbit/s, far away
])('a way of %i bytes in a millisecond and %i ms is used, and others on it wait little', (rate, length) => {
  const { share, queuedMs } = drive(rate, length);
  expect(share).toBeGreaterThan(0.85);
  // Two chunks are the least that is under way, whatever they take.
  expect(queuedMs).toBeLessThan(Math.max(300, (3 * CHUNK_BYTES) / rate));
});

it('never has more under way than the other takes', () => {
  const pace = new Pace();
  for (let offset = CHUNK_BYTES, now = 0; now < 5_000; offset += CHUNK_BYTES, now += 1) {
    pace.sent(now, offset);
    pace.acknowledged(now, offset);
  }
  expect(pace.window).toBe(WINDOW_MAX);
});

it('tells the speed of the last seconds, and none before there is one', () => {
  const speed = new Speed();
  expect(speed.perSecond()).toBeUndefined();
  for (let now = 0; now <= 10_000; now += 100) speed.moved(now, now < 5_000 ? now : 5_000 + (now - 5_000) * 3);
  expect(speed.perSecond()).toBeCloseTo(3_000, -1);
  speed.moved(60_000, 20_000);
  expect(speed.perSecond()).toBeUndefined();
});
