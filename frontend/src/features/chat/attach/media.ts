import type { FileShown } from '../model/file';

/**
 * Addresses of files are absolute, for pages of other origins. This page takes them from where it came from itself: the practice
 * may be reached by more than one name.
 */
export function hereAddress(address: string | undefined, base: string = window.location.origin): string | undefined {
  if (address === undefined) return undefined;
  try {
    const url = new URL(address, base);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.pathname + url.search : undefined;
  } catch {
    return undefined;
  }
}

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
