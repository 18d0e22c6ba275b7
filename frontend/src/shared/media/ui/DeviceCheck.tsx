import { IconMicrophone, IconMicrophoneOff, IconVideo, IconVideoOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { m } from '../../i18n';
import type { AnyDevice, CheckView, DeviceProblem } from '../types';
import { RoundButton, TextButton } from './Button';
import styles from './DeviceCheck.module.css';
import { DeviceChoices } from './DeviceChoices';
import { problemText } from './deviceText';
import { LevelBar } from './LevelBar';
import { Picture } from './Media';
import { SpeakerTest } from './SpeakerTest';
import tokens from './tokens.module.css';

const ICON = { size: 24, stroke: 1.75 };

interface CheckProps {
  view: CheckView;
  /** A picture belongs to it. */
  video: boolean;
  /** Why the browser is about to ask. */
  ask: string;
  level: () => number;
  onMicrophone: () => void;
  onCamera: () => void;
  onChoose: (device: AnyDevice, id: string) => void;
  onRetry: () => void;
  /** Below what is chosen. */
  children?: ReactNode;
}

/** A look at oneself and at what one is heard by: seen by nobody else. */
export function DeviceCheck(props: CheckProps) {
  const { view, video, onChoose, children } = props;
  return (
    <div className={styles.parts} data-video={video}>
      <div className={styles.self}>
        {video ? <Preview {...props} /> : null}
        <Voice {...props} />
      </div>
      <div className={styles.choices}>
        <DeviceChoices devices={view.devices} chosen={view.chosen} camera={video} onChoose={onChoose} />
        <SpeakerTest speaker={view.chosen.speaker} />
        {children}
      </div>
    </div>
  );
}

/** Our own picture, or why there is none. */
function Preview({ view, ask, onMicrophone, onCamera }: CheckProps) {
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
            <p>{view.asking.length > 0 ? ask : view.camera === 'starting' ? m.call_state_preparing() : m.check_camera_off()}</p>
          )}
        </div>
      )}
      <div className={styles.switches}>
        {view.microphone !== 'none' ? <MicrophoneSwitch view={view} onMicrophone={onMicrophone} /> : null}
        {view.microphone !== 'none' || on ? (
          <RoundButton
            size="small"
            icon={on ? <IconVideo {...ICON} /> : <IconVideoOff {...ICON} />}
            label={on ? m.call_camera_off() : problem ? m.check_camera_again() : m.call_camera_on()}
            aria-pressed={!on}
            onClick={onCamera}
          />
        ) : null}
      </div>
    </div>
  );
}

function MicrophoneSwitch({ view, onMicrophone }: Pick<CheckProps, 'view' | 'onMicrophone'>) {
  const muted = view.microphone !== 'on';
  return (
    <RoundButton
      size="small"
      icon={muted ? <IconMicrophoneOff {...ICON} /> : <IconMicrophone {...ICON} />}
      label={muted ? m.call_unmute() : m.call_mute()}
      aria-pressed={muted}
      onClick={onMicrophone}
    />
  );
}

function Voice({ view, video, ask, level, onMicrophone, onRetry }: CheckProps) {
  if (view.problem) return <Problem problem={view.problem} onRetry={onRetry} />;
  if (view.microphone === 'none') return <p className={styles.quiet}>{view.asking.length > 0 ? ask : m.call_state_preparing()}</p>;
  return (
    <div className={styles.voice}>
      <LevelBar level={level} />
      {!video ? <MicrophoneSwitch view={view} onMicrophone={onMicrophone} /> : null}
      <p className={styles.quiet}>{view.microphone === 'muted' ? m.check_muted() : m.check_private()}</p>
    </div>
  );
}

function Problem({ problem, onRetry }: { problem: DeviceProblem; onRetry: () => void }) {
  const { title, step } = problemText(problem);
  return (
    <div className={styles.problem} role="alert">
      <p className={styles.strong}>{title}</p>
      <p>{step}</p>
      {problem.kind === 'insecure' ? null : <TextButton onClick={onRetry}>{m.call_try_again()}</TextButton>}
    </div>
  );
}
