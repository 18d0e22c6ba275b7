/** So many are drawn; whoever comes after them is heard. */
export const CELLS_MAX = 16;

export interface Cell {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where each of so many pictures has its place: as large as they can all be, row by row, the last row in the middle. */
export function cellsOf(count: number, width: number, height: number): Cell[] {
  const n = Math.min(count, CELLS_MAX);
  let best = 1;
  let size = 0;
  for (let columns = 1; columns <= n; columns += 1) {
    const fits = Math.min(width / columns / 4, height / Math.ceil(n / columns) / 3);
    if (fits > size) [best, size] = [columns, fits];
  }
  const rows = Math.max(1, Math.ceil(n / best));
  const [cellWidth, cellHeight] = [width / best, height / rows];
  return Array.from({ length: n }, (_, at) => {
    const row = Math.floor(at / best);
    const inRow = row === rows - 1 ? n - row * best : best;
    return { left: ((at % best) + (best - inRow) / 2) * cellWidth, top: row * cellHeight, width: cellWidth, height: cellHeight };
  });
}
