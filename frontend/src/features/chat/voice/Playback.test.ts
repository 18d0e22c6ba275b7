import { beforeEach, expect, it, vi } from 'vitest';
import { Playback, type Sound } from './Playback';

class FakeSound {
  src = '';
  currentTime = 0;
  playbackRate = 1;
  preload: '' | 'none' | 'metadata' | 'auto' = '';
  duration = Infinity;
  playing = false;
  answer: () => Promise<void> = () => Promise.resolve();
  readonly #listeners = new Map<string, () => void>();
  addEventListener(name: string, listener: () => void) {
    this.#listeners.set(name, listener);
  }
  fire(name: string) {
    this.#listeners.get(name)?.();
  }
  load() {}
  play() {
    this.playing = true;
    return this.answer();
  }
  pause() {
    this.playing = false;
    this.fire('pause');
  }
}

let sound: FakeSound;
let playback: Playback;

beforeEach(() => {
  vi.useFakeTimers();
  sound = new FakeSound();
  playback = new Playback(() => sound as unknown as Sound);
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it('plays one at a time, and each from where it was left', async () => {
  playback.toggle('a', '/a');
  await pass(0);
  expect(playback.state.value).toMatchObject({ id: 'a', phase: 'playing' });
  sound.currentTime = 7;
  await pass(100);
  expect(playback.positionOf('a')).toBe(7000);
  playback.toggle('b', '/b');
  await pass(0);
  expect(playback.state.value).toMatchObject({ id: 'b', phase: 'playing' });
  expect(sound.src).toBe('/b');
  playback.toggle('b', '/b');
  expect(playback.state.value.phase).toBe('paused');
  expect(sound.playing).toBe(false);
  playback.toggle('a', '/a');
  expect(sound).toMatchObject({ src: '/a', currentTime: 7 });
});

it('winds what is not playing, too', async () => {
  playback.seek('a', 4000);
  playback.toggle('a', '/a');
  await pass(0);
  expect(sound.currentTime).toBe(4);
  playback.seek('a', 9000);
  expect(sound.currentTime).toBe(9);
  playback.seek('a', -5);
  expect(playback.positionOf('a')).toBe(0);
});

it('goes through the speeds, and remembers the last', async () => {
  playback.toggle('a', '/a');
  await pass(0);
  for (const speed of [1.5, 2, 1, 1.5]) {
    playback.nextSpeed();
    expect(sound.playbackRate).toBe(speed);
  }
  sound.playbackRate = 1;
  playback.toggle('b', '/b');
  expect(sound.playbackRate).toBe(1.5);
  expect(new Playback().state.value.speed).toBe(1.5);
});

it('begins anew after the end, and knows what was listened to', async () => {
  playback.toggle('a', '/a');
  await pass(0);
  sound.currentTime = 3;
  sound.fire('ended');
  expect(playback.state.value).toMatchObject({ phase: 'paused', positionMs: 0 });
  playback.toggle('mine', '/b', false);
  expect([...playback.state.value.played]).toEqual(['a']);
  expect([...new Playback().state.value.played]).toEqual(['a']);
});

it('says when it can’t be played, and tries again when asked', async () => {
  sound.answer = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
  playback.toggle('a', '/a');
  await pass(0);
  expect(playback.state.value.phase).toBe('failed');
  sound.answer = () => Promise.resolve();
  playback.toggle('a', '/a');
  await pass(0);
  expect(playback.state.value.phase).toBe('playing');
});

it('takes a pause before the beginning for no failure', async () => {
  sound.answer = () => Promise.reject(new DOMException('interrupted', 'AbortError'));
  playback.toggle('a', '/a');
  playback.pause();
  await pass(0);
  expect(playback.state.value.phase).toBe('paused');
});
