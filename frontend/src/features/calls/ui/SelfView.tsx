import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import { Picture } from '../../../shared/media/ui/Media';
import styles from './SelfView.module.css';

type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
const ROUND: Corner[] = ['bottom-right', 'bottom-left', 'top-left', 'top-right'];

/** Our own picture, mirrored as people know themselves. Dragged, it snaps to the nearest corner; a click or an arrow key moves it too. */
export function SelfView({ stream }: { stream: MediaStream }) {
  const [corner, setCorner] = useState<Corner>('bottom-right');
  const [offset, setOffset] = useState<{ x: number; y: number } | null>(null);
  const grip = useRef<{ x: number; y: number; moved: boolean } | null>(null);

  const onDown = (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { x: event.clientX, y: event.clientY, moved: false };
  };
  const onMove = (event: PointerEvent<HTMLButtonElement>) => {
    if (!grip.current) return;
    const [x, y] = [event.clientX - grip.current.x, event.clientY - grip.current.y];
    if (Math.hypot(x, y) > 6) grip.current.moved = true;
    if (grip.current.moved) setOffset({ x, y });
  };
  const onUp = (event: PointerEvent<HTMLButtonElement>) => {
    const stage = event.currentTarget.parentElement?.getBoundingClientRect();
    if (grip.current?.moved && stage) {
      const own = event.currentTarget.getBoundingClientRect();
      const vertical = own.top + own.height / 2 < stage.top + stage.height / 2 ? 'top' : 'bottom';
      const horizontal = own.left + own.width / 2 < stage.left + stage.width / 2 ? 'left' : 'right';
      setCorner(`${vertical}-${horizontal}`);
    }
    setOffset(null);
  };
  const onClick = () => {
    const dragged = grip.current?.moved;
    grip.current = null;
    if (!dragged) setCorner((now) => ROUND[(ROUND.indexOf(now) + 1) % ROUND.length] ?? now);
  };
  const onKey = (event: KeyboardEvent) => {
    const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
    const moves: Partial<Record<string, Corner>> = {
      ArrowUp: `top-${horizontal}`,
      ArrowDown: `bottom-${horizontal}`,
      ArrowLeft: `${vertical}-left`,
      ArrowRight: `${vertical}-right`,
    };
    const next = moves[event.key];
    if (!next) return;
    event.preventDefault();
    setCorner(next);
  };

  return (
    <button
      type="button"
      className={styles.self}
      data-corner={corner}
      data-dragged={offset !== null}
      style={offset ? { translate: `${offset.x}px ${offset.y}px` } : undefined}
      aria-label={m.call_self({ corner: cornerText(corner) })}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={() => setOffset(null)}
      onClick={onClick}
      onKeyDown={onKey}
    >
      <Picture stream={stream} mirrored />
    </button>
  );
}

function cornerText(corner: Corner): string {
  switch (corner) {
    case 'top-left':
      return m.call_corner_top_left();
    case 'top-right':
      return m.call_corner_top_right();
    case 'bottom-left':
      return m.call_corner_bottom_left();
    case 'bottom-right':
      return m.call_corner_bottom_right();
  }
}
