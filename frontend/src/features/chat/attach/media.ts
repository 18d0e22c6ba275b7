import type { FileShown } from '../model/file';

const WIDEST = 320;
const HIGHEST = 360;
const LEAST = 120;

/** The room that a picture takes in a bubble, before it is there: its own proportions within bounds; beyond them it is cut. */
export function boxOf({ width, height }: Pick<FileShown, 'width' | 'height'>): { width: number; height: number } {
  if (!width || !height || width < 0 || height < 0) return { width: 240, height: 180 };
  const scale = Math.min(WIDEST / width, HIGHEST / height, 1);
  const within = (value: number, most: number) => Math.round(Math.min(most, Math.max(LEAST, value * scale)));
  return { width: within(width, WIDEST), height: within(height, HIGHEST) };
}
