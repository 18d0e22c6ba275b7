import { expect, it } from 'vitest';
import { VoiceHints } from './voiceHints';

const STEP_MS = 200;
const SPEECH = 0.08;
const ROOM = 0.002;

/** Samples for so long; what was said at the end, and how often it began to be said. */
function during(hints: VoiceHints, clock: { now: number }, ms: number, level: number | undefined, muted: boolean) {
  let last: ReturnType<VoiceHints['sample']>;
  let times = 0;
  for (const until = clock.now + ms; clock.now < until; clock.now += STEP_MS) {
    const next = hints.sample(clock.now, level, muted);
    if (next && next !== last) times += 1;
    last = next;
  }
  return { last, times };
}

it('tells who speaks while muted, and stops when they are heard again', () => {
  const [hints, clock] = [new VoiceHints(), { now: 0 }];
  expect(during(hints, clock, 5_000, ROOM, true).last).toBeUndefined();
  expect(during(hints, clock, 1_000, SPEECH, true).last).toBe('muted');
  expect(during(hints, clock, STEP_MS, SPEECH, false).last).toBeUndefined();
});

it('takes a cough for none', () => {
  const [hints, clock] = [new VoiceHints(), { now: 0 }];
  during(hints, clock, 2_000, ROOM, true);
  during(hints, clock, 2 * STEP_MS, SPEECH, true);
  expect(during(hints, clock, 3_000, ROOM, true).times).toBe(0);
});

it('does not nag: not twice in half a minute, and never again once it was put away', () => {
  const [hints, clock] = [new VoiceHints(), { now: 0 }];
  expect(during(hints, clock, 28_000, SPEECH, true).times).toBe(1);
  expect(during(hints, clock, 5_000, SPEECH, true).last).toBe('muted');
  hints.dismiss('muted');
  expect(during(hints, clock, 120_000, SPEECH, true).times).toBe(0);
});

it('tells that nothing comes from a microphone that is on, until something does', () => {
  const [hints, clock] = [new VoiceHints(), { now: 0 }];
  expect(during(hints, clock, 5_000, 0, false).last).toBeUndefined();
  expect(during(hints, clock, 2_000, 0, false).last).toBe('silent');
  expect(during(hints, clock, STEP_MS, ROOM, false).last).toBeUndefined();
});

it('is patient with a microphone that was heard before, and anew with another one', () => {
  const [hints, clock] = [new VoiceHints(), { now: 0 }];
  during(hints, clock, 1_000, SPEECH, false);
  expect(during(hints, clock, 20_000, 0, false).times).toBe(0);
  hints.begin();
  expect(during(hints, clock, 7_000, 0, false).last).toBe('silent');
});

it('says nothing where nothing can be known, or of silence while muted', () => {
  const [hints, clock] = [new VoiceHints(), { now: 0 }];
  expect(during(hints, clock, 60_000, undefined, false).times).toBe(0);
  expect(during(hints, clock, 60_000, 0, true).times).toBe(0);
});
