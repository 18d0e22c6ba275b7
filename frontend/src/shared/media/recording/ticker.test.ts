import { afterEach, expect, it, vi } from 'vitest';
import { everyMs } from './ticker';

class FakeWorker {
  static last: FakeWorker;
  onmessage: (() => void) | undefined;
  rests: number[] = [];
  ended = false;
  constructor() {
    FakeWorker.last = this;
  }
  postMessage(rest: number) {
    this.rests.push(rest);
  }
  terminate() {
    this.ended = true;
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('asks for the next run once one is over, and leaves the page twice as long as that took', () => {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:', revokeObjectURL: () => undefined });
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  let takes = 5;
  const stop = everyMs(50, () => (now += takes));
  const { last: worker } = FakeWorker;
  expect(worker.rests).toEqual([]);
  worker.onmessage?.();
  expect(worker.rests).toEqual([45]);
  takes = 400;
  worker.onmessage?.();
  expect(worker.rests).toEqual([45, 800]);
  const failing = everyMs(50, () => {
    throw new Error('this one');
  });
  expect(() => FakeWorker.last.onmessage?.()).toThrow('this one');
  expect(FakeWorker.last.rests).toEqual([50]);
  failing();
  stop();
  expect(worker.ended).toBe(true);
});
