import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { errorText, m } from '../../i18n';
import type { ErrorCode } from '../../wire/errors';
import { IconPlayerRecord } from '@tabler/icons-react';
import { TextButton } from './Button';
import styles from './Recording.module.css';

/** Says for as long as it is so, to everybody, that they are being recorded. */
export function RecordedBadge() {
  return (
    <span className={styles.badge} data-recording>
      <span className={styles.dot} aria-hidden="true" />
      {m.recording_badge()}
    </span>
  );
}

/** Everybody has agreed, and nobody is recorded yet. */
export function StartingBadge() {
  return (
    <span className={`${styles.badge} ${styles.starting}`}>
      <span className={styles.dot} aria-hidden="true" />
      {m.recording_badge_starting()}
    </span>
  );
}

/** How one stands, or how it ended. */
export function RecordingNote({ text, alert = false, action }: { text: string; alert?: boolean; action?: ReactNode }) {
  return (
    <div className={styles.strip} role={alert ? 'alert' : 'status'}>
      <p>{text}</p>
      {action ? <span className={styles.buttons}>{action}</span> : null}
    </div>
  );
}

interface QuestionProps {
  title: string;
  text: string;
  busy: boolean;
  agree?: string;
  decline?: string;
  onAnswer: (agreed: boolean) => void;
}

/** Somebody asks: what it means, and a yes that has to be pressed. */
export function RecordingQuestion({ title, text, busy, agree = m.recording_agree(), decline = m.recording_decline(), onAnswer }: QuestionProps) {
  const id = useId();
  const question = useRef<HTMLDivElement>(null);
  // It is read out, and no key that is being pressed answers it.
  useEffect(() => question.current?.focus(), []);
  return (
    <div ref={question} tabIndex={-1} className={styles.question} role="alertdialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
      <h3 id={`${id}-title`}>{title}</h3>
      <p id={`${id}-text`}>{text}</p>
      <div className={styles.buttons}>
        <TextButton disabled={busy} onClick={() => onAnswer(false)}>{decline}</TextButton>
        <TextButton main disabled={busy} onClick={() => onAnswer(true)}>{agree}</TextButton>
      </div>
    </div>
  );
}

interface RunningProps {
  running: boolean;
  text: string;
  /** What withdrawing means. */
  withdrawText: string;
  busy: boolean;
  problem: ErrorCode | undefined;
  onStop: () => void;
  onWithdraw: () => void;
}

/** While it runs, and while the last of it is saved. */
export function RecordingRunning({ running, text, withdrawText, busy, problem, onStop, onWithdraw }: RunningProps) {
  const [sure, setSure] = useState(false);
  if (sure) {
    return (
      <div className={styles.strip} role="alertdialog" aria-label={m.recording_withdraw()}>
        <p>{withdrawText}</p>
        <span className={styles.buttons}>
          <TextButton onClick={() => setSure(false)}>{m.recording_go_on()}</TextButton>
          <TextButton main disabled={busy} onClick={onWithdraw}>{m.recording_delete()}</TextButton>
        </span>
      </div>
    );
  }
  return (
    <div className={styles.strip}>
      <p role="status">{problem ? errorText(problem) : text}</p>
      <span className={styles.buttons}>
        {running ? <TextButton disabled={busy} onClick={onStop}>{m.recording_stop()}</TextButton> : null}
        <TextButton onClick={() => setSure(true)}>{m.recording_withdraw()}</TextButton>
      </span>
    </div>
  );
}

/** To ask for it, once it is clear what that means. */
export function AskToRecord({ label, text, askLabel, busy, onAsk }: { label: string; text: string; askLabel: string; busy: boolean; onAsk: () => void }) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" className={styles.record} onClick={() => setAsking(true)}>
        <IconPlayerRecord size={20} stroke={1.75} aria-hidden /> {label}
      </button>
    );
  }
  return (
    <div className={styles.asking}>
      <p>{text}</p>
      <div className={styles.buttons}>
        <TextButton onClick={() => setAsking(false)}>{m.call_cancel()}</TextButton>
        <TextButton main disabled={busy} onClick={onAsk}>{askLabel}</TextButton>
      </div>
    </div>
  );
}

/** Why there is none to be had. */
export function NoRecording({ text }: { text: string }) {
  return <p className={styles.why}>{text}</p>;
}
