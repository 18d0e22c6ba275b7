import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors';
import { FakeClock } from '../../testing/media';
import { Pieces } from './pieces';

const clock = new FakeClock();

describe('pieces', () => {
  it('go one after the other, each again until it is there', async () => {
    const put: string[] = [];
    const wrong: (AppError | undefined)[] = [undefined, new AppError('offline'), new AppError('unavailable'), undefined, undefined];
    const failed: string[] = [];
    const pieces = new Pieces('r1', async (_, number, piece) => {
      put.push(`${number}:${await piece.text()}`);
      const error = wrong.shift();
      if (error) throw error;
      return { next: number + 1 };
    }, clock, (code) => failed.push(code));
    const head = 'a'.repeat(2_000);
    for (const text of ['a', head.slice(1), '', 'b']) pieces.add(new Blob([text]));
    for (let n = 0; n < 10; n += 1) {
      await clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve));
    }
    // Nothing, after all of it has gone out, is no piece and holds nothing up.
    pieces.add(new Blob());
    pieces.add(new Blob(['c']));
    expect(await pieces.all()).toBe(3);
    expect(put).toEqual([`0:${head}`, '1:b', '1:b', '1:b', '2:c']);
    expect(failed).toEqual([]);
  });

  it('are given up where they are not wanted any more', async () => {
    const failed: string[] = [];
    const pieces = new Pieces('r1', () => Promise.reject(new AppError('recording_conflict')), clock, (code) => failed.push(code));
    pieces.add(new Blob(['a']));
    expect(await pieces.all()).toBeUndefined();
    expect(failed).toEqual(['recording_conflict']);
  });
});
