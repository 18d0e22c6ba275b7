/** A square out of a picture: filled by its middle, or by another part of its longer side; or the whole of it, with room beside. */
export interface Square {
  fit: 'fill' | 'whole';
  /** Which part of the longer side is kept: 0 its beginning, 1 its end. */
  at: number;
}

/** Where a picture of that size is drawn, in a square of that side. */
export function placeIn(side: number, { width, height }: { width: number; height: number }, { fit, at }: Square): { x: number; y: number; width: number; height: number } {
  const scale = side / (fit === 'fill' ? Math.min(width, height) : Math.max(width, height));
  const [w, h] = [width * scale, height * scale];
  const share = fit === 'fill' ? Math.min(1, Math.max(0, at)) : 0.5;
  return { x: (side - w) * share, y: (side - h) * share, width: w, height: h };
}
