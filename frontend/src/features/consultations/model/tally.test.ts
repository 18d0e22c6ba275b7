import { expect, it } from 'vitest';
import { Tally } from './tally';

it('adds up for how long a connection was how good, and begins anew', () => {
  const tally = new Tally();
  tally.note('good', 1_000);
  tally.note('good', 31_000);
  tally.note('weak', 61_000);
  tally.note('unknown', 66_400);
  tally.note('fair', 100_000);
  expect(tally.take(102_000)).toEqual({ good: 60, fair: 2, weak: 5 });
  expect(tally.take(200_000)).toBeUndefined();
});
