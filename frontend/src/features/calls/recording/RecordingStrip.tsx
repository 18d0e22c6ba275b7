import { useSyncExternalStore } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { TextButton } from '../../../shared/media/ui/Button';
import { RecordingNote, RecordingQuestion, RecordingRunning } from '../../../shared/media/ui/RecordingParts';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import type { RecordingView } from './CallRecording';

export const useRecording = (engine: CallEngine): RecordingView => useSyncExternalStore(engine.recording.view.subscribe, engine.recording.view.get);

/** Whether somebody's picture and voice are being kept just now. */
export const isRecording = ({ stands }: RecordingView): boolean => stands?.state === 'running';

/** What the two should know of the recording of their call, and what they can do about it. */
export function RecordingStrip({ engine, view }: { engine: CallEngine; view: CallView }) {
  const recording = useRecording(engine);
  const { stands, problem, busy } = recording;
  const close = <TextButton onClick={() => engine.recording.close()}>{m.call_close()}</TextButton>;
  if (!stands) return problem ? <RecordingNote text={problemOf(problem, view)} alert action={close} /> : null;
  const { name } = view.peer;
  switch (stands.state) {
    case 'asked':
      if (stands.recorderId === view.peer.userId) {
        return <RecordingQuestion title={m.recording_asked({ name })} text={m.recording_consent({ name })} busy={busy} onAnswer={(agreed) => void engine.recording.answer(agreed)} />;
      }
      return <RecordingNote text={m.recording_waiting({ name })} action={<TextButton disabled={busy} onClick={() => void engine.recording.withdraw()}>{m.call_cancel()}</TextButton>} />;
    case 'running':
    case 'stopped':
      return (
        <RecordingRunning
          running={isRecording(recording)} text={isRecording(recording) ? m.recording_running({ name }) : m.recording_saving()} withdrawText={m.recording_withdraw_text({ name })}
          busy={busy} problem={problem} onStop={() => void engine.recording.stop()} onWithdraw={() => void engine.recording.withdraw()}
        />
      );
    default:
      return <RecordingNote text={problem ? problemOf(problem, view) : outcomeText(recording, view)} action={close} />;
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
