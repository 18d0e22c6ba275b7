import { useRef, type MouseEvent, type PointerEvent, type TouchEvent } from 'react';

const LONG_MS = 450;
/** No finger stands still. */
const SLACK_PX = 10;

/**
 * A finger that stays. What it stays on is not pressed by being let go, and the system's own menu does not come; links keep
 * theirs, and what is wound by dragging is left alone.
 */
export function useLongPress(open: (at: HTMLElement) => void) {
  const press = useRef<{ x: number; y: number; timer: ReturnType<typeof setTimeout> } | null>(null);
  const opened = useRef(false);
  const end = () => {
    clearTimeout(press.current?.timer);
    press.current = null;
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      end();
      opened.current = false;
      if (event.pointerType !== 'touch' || !event.isPrimary || (event.target as Element).closest('a, [role="slider"]')) return;
      const element = event.currentTarget;
      const timer = setTimeout(() => {
        press.current = null;
        opened.current = true;
        open(element);
      }, LONG_MS);
      press.current = { x: event.clientX, y: event.clientY, timer };
    },
    onPointerMove: (event: PointerEvent) => {
      if (press.current && Math.hypot(event.clientX - press.current.x, event.clientY - press.current.y) > SLACK_PX) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onTouchEnd: (event: TouchEvent) => {
      if (opened.current) event.preventDefault();
    },
    onContextMenu: (event: MouseEvent) => {
      if (press.current || opened.current) event.preventDefault();
    },
  };
}
