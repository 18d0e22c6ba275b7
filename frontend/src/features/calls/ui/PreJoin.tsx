import { IconMicrophone, IconMicrophoneOff, IconVideo, IconVideoOff } from '@tabler/icons-react';
import { useFocusTrap, useMergedRef } from '@mantine/hooks';
import { type KeyboardEvent, useState } from 'react';
import { m } from '../../../shared/i18n';
import { checkFirst, useChoice } from '../../../shared/lib/callSettings';
import type { CallEngine } from '../model/engine';
import type { CallView, DeviceProblem } from '../model/view';
import { RoundButton, TextButton } from './Button';
import { DeviceChoices } from './DeviceChoices';
import { useFocusOnControls } from './effects';
import { askText, isPassable, problemText } from './labels';
import { LevelBar } from './LevelBar';
import { Picture } from './Media';
import styles from './PreJoin.module.css';
import { SpeakerTest } from './SpeakerTest';
import tokens from './tokens.module.css';

const ICON = { size: 24, stroke: 1.75 };

/** A look at oneself before a call is placed or accepted: seen by nobody else, and kept to what is needed. */
export function PreJoin({ engine, view }: { engine: CallEngine; view: CallView }) {
  const trap = useFocusTrap();
  const [dialog, setDialog] = useState<HTMLElement | null>(null);
  const ref = useMergedRef(trap, setDialog);
  const [always, setAlways] = useChoice(checkFirst);
  const incoming = view.direction === 'incoming';
  const video = view.kind === 'video';
  const waiting = view.microphone === 'none' && !view.problem;
  const refused = view.problem !== undefined && !isPassable(view.problem);
  useFocusOnControls(dialog, !waiting);
  const { name } = view.peer;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    engine.leaveCheck();
  };
  return (
    <div className={styles.scrim}>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape closes a dialog */}
      <div ref={ref} className={`${styles.sheet} ${tokens.tokens}`} role="dialog" aria-modal="true" aria-labelledby="call-check-title" tabIndex={-1} onKeyDown={onKey}>
        <h2 id="call-check-title" className={styles.title}>
          {incoming ? m.check_title_incoming({ name }) : m.check_title({ name })}
        </h2>
        <div className={styles.parts} data-video={video}>
          <div className={styles.self}>
            {video ? <Preview engine={engine} view={view} /> : null}
            <Voice engine={engine} view={view} />
          </div>
          <div className={styles.choices}>
            <DeviceChoices devices={view.devices} chosen={view.chosen} camera={video} onChoose={(device, id) => void engine.current?.choose(device, id)} />
            <SpeakerTest speaker={view.chosen.speaker} />
            <label className={styles.always}>
              <input type="checkbox" checked={always} onChange={(event) => setAlways(event.currentTarget.checked)} />
              {m.check_always()}
            </label>
          </div>
        </div>
        <div className={styles.actions}>
          <TextButton data-leave onClick={() => engine.leaveCheck()}>{incoming ? m.check_back() : m.call_cancel()}</TextButton>
          <TextButton main data-autofocus={waiting || refused ? undefined : true} disabled={waiting || refused} onClick={() => void engine.proceed()}>
            {goText(view)}
          </TextButton>
        </div>
      </div>
    </div>
  );
}

/** Our own picture, or why there is none. */
function Preview({ engine, view }: { engine: CallEngine; view: CallView }) {
  const on = view.camera === 'on' && view.local !== undefined;
  const problem = view.note && !('to' in view.note) && view.note.device === 'camera' ? view.note : undefined;
  return (
    <div className={`${styles.preview} ${tokens.tokens} ${tokens.dark}`}>
      {on ? (
        <Picture stream={view.local} mirrored label={m.check_preview()} />
      ) : (
        <div className={styles.noPicture} role="status">
          {problem ? (
            <>
              <p className={styles.strong}>{problemText(problem).title}</p>
              <p>{problemText(problem).step}</p>
            </>
          ) : (
            <p>{view.asking.length > 0 ? askText(view) : view.camera === 'starting' ? m.call_state_preparing() : m.check_camera_off()}</p>
          )}
        </div>
      )}
      <div className={styles.switches}>
        {view.microphone !== 'none' ? <MicrophoneSwitch engine={engine} view={view} /> : null}
        {view.microphone !== 'none' || on ? (
          <RoundButton
            size="small"
            icon={on ? <IconVideo {...ICON} /> : <IconVideoOff {...ICON} />}
            label={on ? m.call_camera_off() : problem ? m.check_camera_again() : m.call_camera_on()}
            aria-pressed={!on}
            onClick={() => void engine.current?.toggleCamera()}
          />
        ) : null}
      </div>
    </div>
  );
}

function MicrophoneSwitch({ engine, view }: { engine: CallEngine; view: CallView }) {
  const muted = view.microphone !== 'on';
  return (
    <RoundButton
      size="small"
      icon={muted ? <IconMicrophoneOff {...ICON} /> : <IconMicrophone {...ICON} />}
      label={muted ? m.call_unmute() : m.call_mute()}
      aria-pressed={muted}
      onClick={() => void engine.current?.toggleMicrophone()}
    />
  );
}

function Voice({ engine, view }: { engine: CallEngine; view: CallView }) {
  if (view.problem) return <Problem engine={engine} problem={view.problem} />;
  if (view.microphone === 'none') return <p className={styles.quiet}>{view.asking.length > 0 ? askText(view) : m.call_state_preparing()}</p>;
  return (
    <div className={styles.voice}>
      <LevelBar level={engine.level} />
      {view.kind === 'audio' ? <MicrophoneSwitch engine={engine} view={view} /> : null}
      <p className={styles.quiet}>{view.microphone === 'muted' ? m.check_muted() : m.check_private()}</p>
    </div>
  );
}

function Problem({ engine, problem }: { engine: CallEngine; problem: DeviceProblem }) {
  const { title, step } = problemText(problem);
  return (
    <div className={styles.problem} role="alert">
      <p className={styles.strong}>{title}</p>
      <p>{step}</p>
      {problem.kind === 'insecure' ? null : <TextButton onClick={() => void engine.retry()}>{m.call_try_again()}</TextButton>}
    </div>
  );
}

/** What happens with this button, and without what. */
function goText(view: CallView): string {
  const incoming = view.direction === 'incoming';
  if (view.problem && isPassable(view.problem)) return incoming ? m.check_answer_mute() : m.check_call_mute();
  if (view.kind === 'video' && view.camera === 'off' && view.microphone !== 'none') return incoming ? m.check_answer_blind() : m.check_call_blind();
  return incoming ? m.check_answer() : m.check_call();
}
