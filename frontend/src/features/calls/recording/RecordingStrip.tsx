import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { errorText, m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import type { RecordingView } from './CallRecording';
import styles from './Recording.module.css';

export const useRecording = (engine: CallEngine): RecordingView => useSyncExternalStore(engine.recording.view.subscribe, engine.recording.view.get);

/** Whether somebody's picture and voice are being kept just now. */
export const isRecording = ({ stands }: RecordingView): boolean => stands?.state === 'running';

/** What the two should know of the recording of their call, and what they can do about it. */
export function RecordingStrip({ engine, view }: { engine: CallEngine; view: CallView }) {
  const recording = useRecording(engine);
  const { stands, problem, busy } = recording;
  if (!stands) return problem ? <Note engine={engine} text={problemOf(problem, view)} alert /> : null;
  const theirs = stands.recorderId === view.peer.userId;
  const { name } = view.peer;
  switch (stands.state) {
    case 'asked':
      if (theirs) return <Question engine={engine} name={name} busy={busy} />;
      return (
        <div className={styles.strip} role="status">
          <p>{m.recording_waiting({ name })}</p>
          <TextButton disabled={busy} onClick={() => void engine.recording.withdraw()}>{m.call_cancel()}</TextButton>
        </div>
      );
    case 'running':
    case 'stopped':
      return <Running engine={engine} recording={recording} name={name} />;
    default:
      return <Note engine={engine} text={problem ? problemOf(problem, view) : outcomeText(recording, view)} />;
  }
}

function problemOf(code: Parameters<typeof errorText>[0], view: CallView): string {
  return code === 'recording_not_possible' ? m.recording_old_client({ name: view.peer.name }) : errorText(code);
}

/** How it ended, in a sentence for whoever reads it. */
export function outcomeText({ stands }: RecordingView, view: CallView): string {
  const { name } = view.peer;
  const byThem = stands?.by === view.peer.userId;
  switch (stands?.state) {
    case 'running':
    case 'stopped':
      return m.recording_saving();
    case 'kept':
      return m.recording_kept({ name });
    case 'declined':
      return byThem ? m.recording_declined({ name }) : m.recording_you_declined();
    case 'withdrawn':
      if (stands.since === undefined) return byThem ? m.recording_question_withdrawn({ name }) : m.recording_you_withdrew_question();
      return byThem ? m.recording_withdrawn({ name }) : m.recording_you_withdrew();
    case 'lapsed':
      return stands.since === undefined ? m.recording_lapsed() : m.recording_empty();
    default:
      return '';
  }
}

function Note({ engine, text, alert = false }: { engine: CallEngine; text: string; alert?: boolean }) {
  return (
    <div className={styles.strip} role={alert ? 'alert' : 'status'}>
      <p>{text}</p>
      <TextButton onClick={() => engine.recording.close()}>{m.call_close()}</TextButton>
    </div>
  );
}

/** The other asks: what it means, and a yes that has to be pressed. */
function Question({ engine, name, busy }: { engine: CallEngine; name: string; busy: boolean }) {
  const id = useId();
  const question = useRef<HTMLDivElement>(null);
  // It is read out, and no key that is being pressed answers it.
  useEffect(() => question.current?.focus(), []);
  return (
    <div ref={question} tabIndex={-1} className={styles.question} role="alertdialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
      <h3 id={`${id}-title`}>{m.recording_asked({ name })}</h3>
      <p id={`${id}-text`}>{m.recording_consent({ name })}</p>
      <div className={styles.buttons}>
        <TextButton disabled={busy} onClick={() => void engine.recording.answer(false)}>{m.recording_decline()}</TextButton>
        <TextButton main disabled={busy} onClick={() => void engine.recording.answer(true)}>{m.recording_agree()}</TextButton>
      </div>
    </div>
  );
}

function Running({ engine, recording, name }: { engine: CallEngine; recording: RecordingView; name: string }) {
  const [sure, setSure] = useState(false);
  const { busy, problem } = recording;
  if (sure) {
    return (
      <div className={styles.strip} role="alertdialog" aria-label={m.recording_withdraw()}>
        <p>{m.recording_withdraw_text({ name })}</p>
        <span className={styles.buttons}>
          <TextButton onClick={() => setSure(false)}>{m.recording_go_on()}</TextButton>
          <TextButton main disabled={busy} onClick={() => void engine.recording.withdraw()}>{m.recording_delete()}</TextButton>
        </span>
      </div>
    );
  }
  return (
    <div className={styles.strip}>
      <p role="status">{problem ? errorText(problem) : isRecording(recording) ? m.recording_running({ name }) : m.recording_saving()}</p>
      <span className={styles.buttons}>
        {isRecording(recording) ? <TextButton disabled={busy} onClick={() => void engine.recording.stop()}>{m.recording_stop()}</TextButton> : null}
        <TextButton onClick={() => setSure(true)}>{m.recording_withdraw()}</TextButton>
      </span>
    </div>
  );
}
