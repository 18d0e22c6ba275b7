import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lengths, type Measured } from './Lengths';

class FakeSound {
  static all: FakeSound[] = [];
  src = '';
  preload = '';
  duration = NaN;
  currentTime = 0;
  onloadedmetadata: (() => void) | null = null;
  ondurationchange: (() => void) | null = null;
  onerror: (() => void) | null = null;
  loads = 0;
  constructor() {
    FakeSound.all.push(this);
  }
  removeAttribute() {
    this.src = '';
  }
  load() {
    this.loads += 1;
  }
}

let lengths: Lengths;
beforeEach(() => {
  vi.useFakeTimers();
  FakeSound.all = [];
  lengths = new Lengths(() => new FakeSound() as unknown as Measured);
});
afterEach(() => {
  vi.useRealTimers();
});
const at = (index: number) => FakeSound.all[index] ?? expect.fail('nothing is measured');
const known = () => Object.fromEntries(lengths.known.value);
const flush = () => vi.advanceTimersByTimeAsync(0);

it('takes what the sound says, and lets it go', async () => {
  lengths.ask('a', '/a');
  expect(at(0)).toMatchObject({ src: '/a', preload: 'metadata' });
  at(0).duration = 4.5;
  at(0).onloadedmetadata?.();
  await flush();
  expect(known()).toEqual({ a: 4500 });
  expect(at(0)).toMatchObject({ src: '', loads: 1 });
});

it('goes to the end of a stream that does not say how long it is', async () => {
  lengths.ask('a', '/a');
  at(0).duration = Infinity;
  at(0).onloadedmetadata?.();
  expect(at(0).currentTime).toBeGreaterThan(1e9);
  at(0).ondurationchange?.();
  await flush();
  expect(known()).toEqual({});
  at(0).duration = 12;
  at(0).ondurationchange?.();
  await flush();
  expect(known()).toEqual({ a: 12_000 });
});

it('measures one after the other, the newest first, each once', async () => {
  for (const key of ['a', 'b', 'c', 'b']) lengths.ask(key, `/${key}`);
  expect(FakeSound.all).toHaveLength(1);
  at(0).onerror?.();
  await flush();
  expect(at(1).src).toBe('/c');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(at(2).src).toBe('/b');
  at(2).duration = 1;
  at(2).onloadedmetadata?.();
  await flush();
  lengths.ask('a', '/a');
  expect(FakeSound.all).toHaveLength(3);
  expect(known()).toEqual({ b: 1000 });
});

it('does not pile up what is scrolled past', async () => {
  for (let index = 0; index < 30; index += 1) lengths.ask(`n${index}`, `/n${index}`);
  lengths.ask('n1', '/n1');
  at(0).onerror?.();
  await flush();
  expect(at(1).src).toBe('/n1');
});
