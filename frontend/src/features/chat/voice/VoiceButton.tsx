import { IconLock, IconMicrophone } from '@tabler/icons-react';
import { useRef, useState, type PointerEvent } from 'react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import { playback } from './Playback';
import type { Recorder, RecorderState } from './Recorder';
import classes from './Voice.module.css';

/** The finger has to go so far to put the recording away, and so far up to go on without it. */
const CANCEL_PX = 96;
const LOCK_PX = 64;

interface Props {
  recorder: Recorder;
  state: RecorderState;
  /** How far to the left the finger is, up to where the recording is put away: 0 to 1. */
  onSlide: (share: number) => void;
}

/** Held, it records until it is let go; tapped, or chosen by keyboard, until it is stopped. */
export function VoiceButton({ recorder, state, onSlide }: Props) {
  const from = useRef<{ x: number; y: number } | null>(null);
  const byPointer = useRef(false);
  const [lift, setLift] = useState(0);
  const recording = state.phase === 'recording';

  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0 || state.phase !== 'idle') return;
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, y: event.clientY };
    byPointer.current = true;
    playback.pause();
    void recorder.press(false);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!from.current || !recording) return;
    const left = from.current.x - event.clientX;
    const up = from.current.y - event.clientY;
    setLift(Math.max(0, Math.min(1, up / LOCK_PX)));
    onSlide(Math.max(0, Math.min(1, left / CANCEL_PX)));
    if (left >= CANCEL_PX) end(() => recorder.cancel());
    else if (up >= LOCK_PX) end(() => recorder.lock());
  };
  const end = (then: () => void) => {
    if (!from.current) return;
    from.current = null;
    setLift(0);
    onSlide(0);
    then();
  };
  return (
    <span className={classes.holder}>
      {recording && (
        <span className={classes.lock} style={{ transform: `translateY(${-lift * 16}px)` }} aria-hidden="true"><IconLock {...ICON} /></span>
      )}
      <button
        type="button" className={classes.mic} data-recording={recording || undefined} aria-label={m.voice_record()} title={m.voice_record_hint()}
        onPointerDown={onPointerDown} onPointerMove={onPointerMove}
        onPointerUp={() => end(() => recorder.release())}
        // The browser's question about the microphone takes the finger away.
        onPointerCancel={() => end(() => recorder.lock())}
        // Else the tap would reach the button that comes in this one's place.
        onTouchEnd={(event) => event.preventDefault()}
        onContextMenu={(event) => event.preventDefault()}
        onClick={() => {
          if (!byPointer.current) {
            playback.pause();
            void recorder.press(true);
          }
          byPointer.current = false;
        }}
      >
        <IconMicrophone {...ICON} />
      </button>
    </span>
  );
}
