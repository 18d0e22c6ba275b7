import { beforeEach, expect, it, vi } from 'vitest';
import { TypingSender, TypingShown } from './Typing';

beforeEach(() => {
  vi.useFakeTimers();
});

it('shows that somebody writes, for six seconds after the last word of it', () => {
  const show = vi.fn();
  const shown = new TypingShown(show);
  shown.set('a', true);
  vi.advanceTimersByTime(4000);
  shown.set('a', true);
  vi.advanceTimersByTime(5999);
  expect(show).not.toHaveBeenCalledWith('a', false);
  vi.advanceTimersByTime(1);
  expect(show).toHaveBeenLastCalledWith('a', false);
});

it('says it every three seconds while it goes on, and the end once', () => {
  const say = vi.fn();
  const sender = new TypingSender(say);
  for (let key = 0; key < 70; key += 1) {
    sender.typed('a');
    vi.advanceTimersByTime(100);
  }
  expect(say.mock.calls).toEqual([['a', true], ['a', true], ['a', true]]);
  vi.advanceTimersByTime(5000);
  sender.stopped();
  expect(say.mock.calls.slice(3)).toEqual([['a', false]]);
});

it('ends for one before it begins for another', () => {
  const say = vi.fn();
  const sender = new TypingSender(say);
  sender.typed('a');
  sender.typed('b');
  expect(say.mock.calls).toEqual([['a', true], ['a', false], ['b', true]]);
});
