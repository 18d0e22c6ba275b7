import { m } from '../../../shared/i18n';
import { AskToRecord, NoRecording } from '../../../shared/media/ui/RecordingParts';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { useRecording } from './RecordingStrip';

/** Among what else one can do in a call: to ask for its recording. */
export function RecordChoice({ engine, view, onAsked }: { engine: CallEngine; view: CallView; onAsked: () => void }) {
  const { stands, busy } = useRecording(engine);
  const { name } = view.peer;
  const open = stands?.state === 'asked' || stands?.state === 'running' || stands?.state === 'stopped';
  if (view.stage !== 'live' || view.link !== 'connected' || open) return null;
  if (view.legacy) return <NoRecording text={m.recording_old_client({ name })} />;
  if (!engine.recording.possible) return <NoRecording text={m.recording_no_browser()} />;
  const ask = () => {
    void engine.recording.request();
    onAsked();
  };
  return <AskToRecord label={m.recording_ask()} text={m.recording_consent({ name })} askLabel={m.recording_ask_name({ name })} busy={busy} onAsk={ask} />;
}
