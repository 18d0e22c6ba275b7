import { IconArrowUp, IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerStopFilled, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { ICON, useAnnounce } from '../../../shared/ui';
import { useObjectUrl } from '../attach/useMediaUrls';
import { playback } from './Playback';
import { MAX_MS, type Recorder, type RecorderState } from './Recorder';
import classes from './Voice.module.css';
import { clockOf } from './waveform';
import { Waveform } from './Waveform';

/** From here on, what is left is said. */
const NEAR_END_MS = 30_000;

type Active = Exclude<RecorderState, { phase: 'idle' }>;

interface Props {
  recorder: Recorder;
  state: Active;
  slide: number;
}

/** In the composer's place while a voice note is recorded, and while it is listened to before it is sent. */
export function VoiceBar({ recorder, state, slide }: Props) {
  const announce = useAnnounce();
  const { phase } = state;
  useEffect(() => {
    if (phase === 'recording') announce(m.voice_recording());
    if (phase === 'review') announce(m.voice_stopped());
  }, [announce, phase]);
  const onKeyDown = (event: KeyboardEvent) => {
    // What is being recorded is put away; what was recorded stays, and so does the conversation.
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (phase !== 'review') recorder.cancel();
  };
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape from any of its buttons
    <div className={classes.bar} role="group" aria-label={m.voice_group()} onKeyDown={onKeyDown}>
      {phase === 'asking' && <Asking recorder={recorder} />}
      {phase === 'recording' && <Recording recorder={recorder} state={state} slide={slide} />}
      {phase === 'review' && <Review recorder={recorder} state={state} />}
    </div>
  );
}

function PutAway({ onClick }: { onClick: () => void }) {
  return <button type="button" className={classes.tool} aria-label={m.voice_discard()} title={m.voice_discard()} onClick={onClick}><IconTrash {...ICON} /></button>;
}

function Asking({ recorder }: { recorder: Recorder }) {
  return (
    <>
      <p className={classes.words} role="status">{m.voice_asking()}</p>
      <PutAway onClick={() => recorder.cancel()} />
    </>
  );
}

function Recording({ recorder, state, slide }: { recorder: Recorder; state: Extract<Active, { phase: 'recording' }>; slide: number }) {
  const stop = useRef<HTMLButtonElement>(null);
  const { locked, elapsedMs, levels, muted } = state;
  useEffect(() => {
    if (locked) stop.current?.focus({ preventScroll: true });
  }, [locked]);
  const left = MAX_MS - elapsedMs;
  return (
    <>
      {locked && <PutAway onClick={() => recorder.cancel()} />}
      <span className={classes.dot} aria-hidden="true" />
      <span className={classes.time} role="timer">{left <= NEAR_END_MS ? m.voice_left({ time: clockOf(left + 999) }) : clockOf(elapsedMs)}</span>
      {muted ? <span className={classes.muted} role="alert">{m.voice_silent()}</span> : <Levels levels={levels} />}
      {locked ? (
        <button ref={stop} type="button" className={classes.tool} aria-label={m.voice_stop()} title={m.voice_stop()} onClick={() => void recorder.stop()}>
          <IconPlayerStopFilled size={20} aria-hidden />
        </button>
      ) : (
        <span className={classes.slide} style={{ transform: `translateX(${-slide * 32}px)`, opacity: 1 - slide * 0.6 }}>{m.voice_slide()}</span>
      )}
      {locked && <SendNote onClick={() => void recorder.send()} />}
    </>
  );
}

/** How loud it is, from the right. */
function Levels({ levels }: { levels: readonly number[] }) {
  return (
    <span className={classes.levels} aria-hidden="true">
      {levels.map((level, index) => <i key={index} style={{ height: `${Math.max(8, level * 100)}%` }} />)}
    </span>
  );
}

const WHY: Record<Extract<Active, { phase: 'review' }>['stopped'], (() => string) | null> = {
  by_person: null,
  too_long: m.voice_stopped_too_long,
  call: m.voice_stopped_call,
  microphone: m.voice_stopped_microphone,
};

function Review({ recorder, state }: { recorder: Recorder; state: Extract<Active, { phase: 'review' }> }) {
  const { note, stopped } = state;
  const button = useRef<HTMLButtonElement>(null);
  const id = `review:${note.name}`;
  const url = useObjectUrl(note.blob);
  const now = useObservable(playback.state);
  const playing = now.id === id && (now.phase === 'playing' || now.phase === 'loading');
  const positionMs = playback.positionOf(id);
  useEffect(() => {
    button.current?.focus({ preventScroll: true });
    // Sent, or put away.
    return () => playback.pause();
  }, []);
  const why = WHY[stopped];
  return (
    <>
      {why && <p className={classes.why} role="status">{why()}</p>}
      <PutAway onClick={() => recorder.cancel()} />
      <button
        ref={button} type="button" className={classes.tool} aria-label={playing ? m.voice_pause() : m.voice_listen()}
        onClick={() => url !== undefined && playback.toggle(id, url, false)}
      >
        {playing ? <IconPlayerPauseFilled size={20} aria-hidden /> : <IconPlayerPlayFilled size={20} aria-hidden />}
      </button>
      <Waveform waveform={note.waveform} positionMs={positionMs} durationMs={note.durationMs} onSeek={(ms) => playback.seek(id, ms)} />
      <span className={classes.time}>{clockOf(playing || positionMs > 0 ? positionMs : note.durationMs)}</span>
      <SendNote onClick={() => void recorder.send()} />
    </>
  );
}

function SendNote({ onClick }: { onClick: () => void }): ReactNode {
  return <button type="button" className={classes.send} aria-label={m.voice_send()} title={m.voice_send()} onClick={onClick}><IconArrowUp {...ICON} stroke={2} /></button>;
}
