import { expect, it } from 'vitest';
import { CELLS_MAX, cellsOf } from './cells';

it('two of a call are side by side', () => {
  expect(cellsOf(2, 1280, 480)).toEqual([
    { left: 0, top: 0, width: 640, height: 480 },
    { left: 640, top: 0, width: 640, height: 480 },
  ]);
});

it('as many as there are have a place within the picture, and none covers another', () => {
  for (let count = 0; count <= CELLS_MAX + 4; count += 1) {
    const cells = cellsOf(count, 1280, 720);
    expect(cells).toHaveLength(Math.min(count, CELLS_MAX));
    for (const [at, one] of cells.entries()) {
      expect(one.left >= 0 && one.top >= 0 && one.left + one.width <= 1280.01 && one.top + one.height <= 720.01).toBe(true);
      for (const other of cells.slice(at + 1)) {
        const apart = Math.abs(one.left - other.left) >= one.width - 0.01 || Math.abs(one.top - other.top) >= one.height - 0.01;
        expect(apart, `${count}`).toBe(true);
      }
    }
  }
  expect(cellsOf(3, 1280, 720)[2]?.left).toBe(320);
});
