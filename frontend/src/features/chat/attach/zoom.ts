/** How a picture lies in its frame: 1 is as large as the frame lets it be; the offset is from the middle, in pixels. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export interface Frame {
  width: number;
  height: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
export const MAX_SCALE = 5;
const DOUBLE_CLICK = 2.5;

/** Never so far that nothing is seen of it, and never off the middle while it fits. */
function clamped({ scale, x, y }: Zoom, frame: Frame): Zoom {
  if (scale <= 1) return WHOLE;
  const roomX = (frame.width * (scale - 1)) / 2;
  const roomY = (frame.height * (scale - 1)) / 2;
  return { scale, x: Math.min(roomX, Math.max(-roomX, x)), y: Math.min(roomY, Math.max(-roomY, y)) };
}

/** Larger by `factor`; what is under the point (from the middle of the frame) stays there. */
export function zoomedAt(zoom: Zoom, factor: number, at: { x: number; y: number }, frame: Frame): Zoom {
  const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  const by = scale / zoom.scale;
  return clamped({ scale, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, frame);
}

export function moved(zoom: Zoom, dx: number, dy: number, frame: Frame): Zoom {
  return clamped({ ...zoom, x: zoom.x + dx, y: zoom.y + dy }, frame);
}

export function doubleClicked(zoom: Zoom, at: { x: number; y: number }, frame: Frame): Zoom {
  return zoom.scale > 1 ? WHOLE : zoomedAt(zoom, DOUBLE_CLICK, at, frame);
}
