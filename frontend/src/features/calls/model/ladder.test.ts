import { beforeEach, describe, expect, it, test } from 'vitest';
import { type Circumstances, type Conditions, Ladder, type Step } from './ladder';

const GOOD: Conditions = { loss: 0, roundTripMs: 40, availableBps: 4_000_000, limitation: 'none' };
const LOSSY: Conditions = { ...GOOD, loss: 0.15 };
const VIDEO: Circumstances = { picture: true, dataSaver: false, sharp: true };

let ladder: Ladder;
let steps: Step[];

beforeEach(() => {
  ladder = new Ladder();
  steps = [];
});

/** So many seconds of it; true where none of them made a step. */
function pass(seconds: number, conditions: Conditions, circumstances = VIDEO): number {
  const before = steps.length;
  for (let second = 0; second < seconds; second += 1) {
    const step = ladder.sample(conditions, circumstances);
    if (step) steps.push(step);
  }
  return steps.length - before;
}

function until(rung: Step['rung'], conditions: Conditions, circumstances = VIDEO, most = 400): number {
  for (let second = 1; second <= most; second += 1) {
    const step = ladder.sample(conditions, circumstances);
    if (step) steps.push(step);
    if (step?.rung === rung) return second;
  }
  throw new Error(`${rung} was not reached; ${JSON.stringify(steps)}`);
}

describe('down', () => {
  it('goes through every rung, one plain step each, within seconds', () => {
    pass(6, GOOD);
    expect(until('note', { ...LOSSY, loss: 0.4 })).toBeLessThan(25);
    expect(steps.map(({ rung }) => rung)).toEqual(['small', 'paused', 'voice', 'note']);
    expect(steps.every(({ up, why }) => !up && why === 'loss')).toBe(true);
    expect(pass(100, { ...LOSSY, loss: 0.4 })).toBe(0);
  });

  it('takes two bad seconds, and not one', () => {
    pass(6, GOOD);
    pass(1, LOSSY);
    expect(pass(3, GOOD)).toBe(0);
    expect(until('small', LOSSY)).toBe(2);
  });

  it('counts a report once, though it is read again', () => {
    pass(6, GOOD);
    pass(1, LOSSY);
    expect(pass(4, { ...GOOD, loss: undefined })).toBe(0);
    expect(pass(1, LOSSY)).toBe(1);
  });

  test.each<[string, Conditions]>([
    ['delay', { ...GOOD, roundTripMs: 900 }],
    ['bandwidth', { ...GOOD, availableBps: 300_000 }],
  ])('for %s', (why, conditions) => {
    pass(6, GOOD);
    pass(2, conditions);
    expect(steps).toEqual([{ rung: 'small', up: false, why, picture: true }]);
  });

  it('stops at the small picture where only the processor is busy', () => {
    pass(6, GOOD);
    pass(100, { ...GOOD, limitation: 'cpu' });
    expect(steps.map(({ rung, why }) => [rung, why])).toEqual([['small', 'cpu']]);
  });

  it('holds a voice that gets through with forward error correction', () => {
    pass(6, GOOD);
    until('voice', LOSSY);
    expect(pass(100, LOSSY)).toBe(0);
  });

  it('waits at the beginning, while the estimate grows', () => {
    expect(pass(6, { ...GOOD, availableBps: 300_000 })).toBe(0);
    ladder.begin();
    expect(pass(6, { ...GOOD, availableBps: 300_000 })).toBe(0);
  });
});

describe('up', () => {
  it('takes ten good seconds a rung, up to all that the camera has', () => {
    pass(6, GOOD);
    until('voice', LOSSY);
    const times = (['paused', 'small', 'half', 'full'] as const).map((rung) => until(rung, GOOD));
    expect(times).toEqual([12, 12, 12, 12]);
    expect(pass(100, GOOD)).toBe(0);
  });

  it('takes twice as long after each climb that did not hold, and forgets that when it has been calm for long', () => {
    pass(6, GOOD);
    until('paused', LOSSY);
    expect(until('small', GOOD)).toBe(12);
    until('paused', LOSSY);
    expect(until('small', GOOD)).toBe(22);
    until('paused', LOSSY);
    expect(until('small', GOOD)).toBe(42);
    for (let fall = 0; fall < 5; fall += 1) {
      until('paused', LOSSY);
      expect(until('small', GOOD)).toBeLessThanOrEqual(82);
    }
    pass(200, { ...GOOD, availableBps: 300_000 });
    until('paused', { ...LOSSY });
    expect(until('small', GOOD)).toBe(22);
  });

  it('needs room for the next rung, where there is a measure of it', () => {
    pass(6, GOOD);
    until('small', LOSSY);
    expect(pass(60, { ...GOOD, availableBps: 450_000 })).toBe(0);
    expect(until('half', { loss: 0, roundTripMs: 40 })).toBeLessThan(5);
  });

  it('is not to be had from what is neither good nor bad', () => {
    pass(6, GOOD);
    until('small', LOSSY);
    expect(pass(100, { ...GOOD, loss: 0.05 })).toBe(0);
  });

  it('begins with a small picture, which is there sooner, and says nothing of it', () => {
    expect([ladder.rung(true), ladder.limits(VIDEO).height]).toEqual(['half', 360]);
    pass(1, GOOD);
    expect([ladder.limits(VIDEO).height, steps]).toEqual([720, []]);
  });

  it('ends where the camera ends', () => {
    pass(100, GOOD, { ...VIDEO, sharp: false });
    expect(steps).toEqual([]);
    expect(ladder.limits(VIDEO).height).toBe(720);
  });
});

describe('without a picture', () => {
  const VOICE: Circumstances = { ...VIDEO, picture: false };

  it('there is the voice alone to lower, and the picture has its place when it comes', () => {
    pass(6, GOOD, VOICE);
    expect(ladder.limits(VOICE)).toMatchObject({ height: undefined, audioBps: 40_000 });
    pass(2, LOSSY, VOICE);
    expect(ladder.limits(VOICE).audioBps).toBe(16_000);
    until('paused', GOOD, VOICE);
    expect(steps).toEqual([
      { rung: 'voice', up: false, why: 'loss', picture: false },
      { rung: 'paused', up: true, why: 'better', picture: false },
    ]);
    expect(ladder.limits(VIDEO).height).toBe(720);
  });
});

describe('saving data', () => {
  const SAVING: Circumstances = { ...VIDEO, dataSaver: true };

  it('caps the picture at once, says so, and never climbs past it', () => {
    pass(1, GOOD, SAVING);
    expect(steps).toEqual([{ rung: 'small', up: false, why: 'saver', picture: true }]);
    expect(ladder.limits(SAVING)).toEqual({ height: 360, videoBps: 250_000, audioBps: 24_000 });
    expect(pass(100, GOOD, SAVING)).toBe(0);
    until('half', GOOD);
  });
});
