import { useMemo, type KeyboardEvent, type PointerEvent } from 'react';
import { m } from '../../../shared/i18n';
import { barsOf, BARS, clockOf } from './waveform';
import classes from './Waveform.module.css';

const WIDTH = 4;
const HEIGHT = 32;
/** By an arrow key, and by a page key. */
const STEP_MS = 5_000;
const LEAP_MS = 15_000;

interface Props {
  waveform: number[] | undefined;
  positionMs: number;
  durationMs: number;
  /** Not listened to yet. */
  fresh?: boolean;
  onSeek: (positionMs: number) => void;
}

/** The shape of what was said, filled as far as it was heard; wound by pointer and by keys. */
export function Waveform({ waveform, positionMs, durationMs, fresh = false, onSeek }: Props) {
  const bars = useMemo(() => barsOf(waveform, BARS), [waveform]);
  const share = durationMs > 0 ? Math.min(1, positionMs / durationMs) : 0;
  const to = (ms: number) => onSeek(Math.min(durationMs, Math.max(0, ms)));

  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId);
    else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width > 0) to(((event.clientX - box.left) / box.width) * durationMs);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = {
      ArrowRight: positionMs + STEP_MS, ArrowUp: positionMs + STEP_MS, ArrowLeft: positionMs - STEP_MS, ArrowDown: positionMs - STEP_MS,
      PageUp: positionMs + LEAP_MS, PageDown: positionMs - LEAP_MS, Home: 0, End: durationMs,
    }[event.key];
    if (target === undefined || event.altKey) return;
    event.preventDefault();
    // The list behind scrolls by these.
    event.stopPropagation();
    to(target);
  };
  return (
    <div
      className={classes.wave} role="slider" tabIndex={0} aria-label={m.voice_position()} aria-valuemin={0} aria-valuemax={Math.round(durationMs / 1000)}
      aria-valuenow={Math.round((share * durationMs) / 1000)} aria-valuetext={m.voice_position_text({ at: clockOf(share * durationMs), of: durationMs > 0 ? clockOf(durationMs) : '–' })}
      data-fresh={fresh || undefined} onPointerDown={onPointer} onPointerMove={onPointer} onKeyDown={onKeyDown}
    >
      <svg viewBox={`0 0 ${BARS * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {bars.map((bar, index) => {
          const height = (bar / 100) * HEIGHT;
          return (
            <rect
              key={index} x={index * WIDTH + 1} y={(HEIGHT - height) / 2} width={WIDTH - 2} height={height} rx={1}
              data-heard={(index + 0.5) / BARS <= share || undefined}
            />
          );
        })}
      </svg>
    </div>
  );
}
