import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { Row } from '../model/rows';

/** So near to the end counts as being there. */
export const END_PX = 48;

/** At what is looked for, else at the "New" line if there is one, else at the end. */
export function useOpensAtPlace(rows: readonly Row[], sought: boolean, toIndex: (index: number) => void, toEnd: () => void): void {
  const opened = useRef(false);
  useLayoutEffect(() => {
    if (opened.current) return;
    opened.current = true;
    if (sought) return;
    const at = rows.findIndex((row) => row.type === 'new');
    if (at >= 0) toIndex(Math.max(0, at - 1));
    else toEnd();
  });
}

/**
 * Whether the place of opening is reached: heights are measured over some frames, and rows added before in that time would
 * move the target. `at` is what it is anew for.
 */
export function useSettled(at: unknown): boolean {
  const [settled, setSettled] = useState<unknown>(NEVER);
  useEffect(() => {
    let left = 10;
    let frame = requestAnimationFrame(function next() {
      left -= 1;
      if (left === 0) setSettled(at);
      else frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [at]);
  return settled === at;
}

const NEVER = Symbol('never');

/** The end stays in view when the keyboard or a growing composer takes height away. */
export function useKeepsEnd(scroller: RefObject<HTMLDivElement | null>, toEnd: () => void): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      const lost = height - element.clientHeight;
      height = element.clientHeight;
      if (lost > 0 && element.scrollHeight - element.scrollTop - element.clientHeight - lost < END_PX) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, toEnd]);
}

/** What was looked for stands out for a moment. */
const LIT_MS = 2500;

/** Brings what is looked for into the middle; returns the `seq` of what is to stand out. */
export function useSpot(rows: readonly Row[], spot: { seq: number } | null, toMiddle: (index: number) => void): number | null {
  const shown = useRef<{ seq: number } | null>(null);
  const [past, setPast] = useState<{ seq: number } | null>(null);
  useLayoutEffect(() => {
    if (spot === null || shown.current === spot) return;
    const at = rows.findIndex((row) => 'own' in row && row.entry?.seq === spot.seq);
    if (at < 0) return;
    shown.current = spot;
    toMiddle(at);
  });
  useEffect(() => {
    const timer = setTimeout(() => setPast(spot), LIT_MS);
    return () => clearTimeout(timer);
  }, [spot]);
  return spot !== null && spot !== past ? spot.seq : null;
}
