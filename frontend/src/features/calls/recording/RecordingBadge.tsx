import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import { RecordedBadge } from '../../../shared/media/ui/RecordingParts';
import { isRecording, useRecording } from './RecordingStrip';

/** Says for as long as it is so, to both, that the call is being recorded. */
export function RecordingBadge({ engine }: { engine: CallEngine }) {
  if (!isRecording(useRecording(engine))) return null;
  return <RecordedBadge />;
}

/** The other asks while the call is small: the answer is given where there is room for the question. */
export function RecordingAsked({ engine, view, onOpen }: { engine: CallEngine; view: CallView; onOpen: () => void }) {
  const { stands } = useRecording(engine);
  if (stands?.state !== 'asked' || stands.recorderId !== view.peer.userId) return null;
  return (
    <span role="alert">
      <TextButton onClick={onOpen}>{m.recording_asked({ name: view.peer.name })}</TextButton>
    </span>
  );
}
