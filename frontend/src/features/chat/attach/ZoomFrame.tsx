import { useRef, useState, type MouseEvent, type PointerEvent, type ReactNode } from 'react';
import classes from './ZoomFrame.module.css';
import { doubleClicked, moved, WHOLE, zoomedAt, type Zoom } from './zoom';

const SWIPE_PX = 60;

interface Point {
  x: number;
  y: number;
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** Larger by double click, by two fingers or by Ctrl and the wheel; moved by dragging; a swipe over a whole picture turns to the next. */
export function ZoomFrame({ onSwipe, children }: { onSwipe: (by: number) => void; children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const pointers = useRef(new Map<number, Point>());
  const swipe = useRef(0);
  const [zoom, setZoom] = useState<Zoom>(WHOLE);

  /** From the middle of the frame. */
  const place = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
    const box = frame.current?.getBoundingClientRect() ?? new DOMRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const size = () => ({ width: frame.current?.clientWidth ?? 0, height: frame.current?.clientHeight ?? 0 });

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, place(event));
    swipe.current = 0;
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (other) {
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      setZoom((old) => zoomedAt(old, factor, middle(now, other), size()));
      swipe.current = 0;
    } else if (zoom.scale > 1) setZoom((old) => moved(old, now.x - before.x, now.y - before.y, size()));
    else swipe.current += now.x - before.x;
  };
  const onPointerEnd = (event: PointerEvent) => {
    if (!pointers.current.delete(event.pointerId) || event.type === 'pointercancel') return;
    if (event.pointerType !== 'mouse' && Math.abs(swipe.current) > SWIPE_PX) onSwipe(swipe.current < 0 ? 1 : -1);
    swipe.current = 0;
  };
  return (
     
    <div
      ref={frame} className={classes.frame} data-zoomed={zoom.scale > 1 || undefined}
      onDoubleClick={(event: MouseEvent) => setZoom((old) => doubleClicked(old, place(event), size()))}
      onWheel={(event) => {
        if (event.ctrlKey) setZoom((old) => zoomedAt(old, Math.exp(-event.deltaY / 100), place(event), size()));
        else if (zoom.scale > 1) setZoom((old) => moved(old, -event.deltaX, -event.deltaY, size()));
      }}
      onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerEnd} onPointerCancel={onPointerEnd}
    >
      <div className={classes.inner} style={{ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }}>{children}</div>
    </div>
  );
}
