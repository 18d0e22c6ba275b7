import { errorText, m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { TextButton } from '../../../shared/media/ui/Button';
import { AskToRecord, NoRecording, RecordedBadge, RecordingNote, RecordingQuestion, RecordingRunning } from '../../../shared/media/ui/RecordingParts';
import tokens from '../../../shared/media/ui/tokens.module.css';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import type { RoomRecordingView } from '../model/RoomRecording';

const useRoomRecording = (place: Place): RoomRecordingView => useObservable(place.recording.view);

export function RoomRecordedBadge({ place }: { place: Place }) {
  return useRoomRecording(place).stands?.state === 'running' ? <RecordedBadge /> : null;
}

/** Somebody asks while the room is small: the answer is given where there is room for the question. */
export function RoomAskedToRecord({ place, consultation, onOpen }: { place: Place; consultation: Consultation; onOpen: () => void }) {
  const { stands } = useRoomRecording(place);
  if (stands?.state !== 'asked' || stands.agreed?.includes(consultation.you.identity)) return null;
  return (
    <span role="alert">
      <TextButton onClick={onOpen}>{m.room_record_asked({ name: consultation.owner.name })}</TextButton>
    </span>
  );
}

/** Among what else the owner can do. */
export function RecordRoom({ place, onAsked }: { place: Place; onAsked: () => void }) {
  const { stands, busy } = useRoomRecording(place);
  if (stands?.state === 'asked' || stands?.state === 'running' || stands?.state === 'stopped') return null;
  if (!place.recording.possible) return <NoRecording text={m.recording_no_browser()} />;
  const ask = () => {
    void place.recording.request();
    onAsked();
  };
  return <AskToRecord label={m.room_record()} text={m.room_record_consent()} askLabel={m.room_record_ask()} busy={busy} onAsk={ask} />;
}

const problemText = (code: ErrorCode): string => (code === 'recording_not_possible' ? m.room_record_old_client() : errorText(code));

/** What everybody in the room should know of its recording, and what they can do about it. */
export function RoomRecordingStrip({ place, consultation }: { place: Place; consultation: Consultation }) {
  const { recording } = place;
  const { stands, busy, problem } = useRoomRecording(place);
  const close = <TextButton onClick={() => recording.close()}>{m.call_close()}</TextButton>;
  if (!stands) return problem ? <RecordingNote text={problemText(problem)} alert action={close} /> : null;
  const { you, owner } = consultation;
  const mine = stands.recorderId === you.identity;
  switch (stands.state) {
    case 'asked':
      if (!stands.agreed?.includes(you.identity)) {
        return <RecordingQuestion title={m.room_record_asked({ name: owner.name })} text={m.room_record_consent()} busy={busy} onAnswer={(agreed) => void recording.answer(agreed)} />;
      }
      return (
        <RecordingNote
          text={problem ? problemText(problem) : m.room_record_waiting({ names: (stands.awaited ?? []).map((identity) => nameOf(consultation, identity)).join(', ') })}
          action={mine ? <TextButton disabled={busy} onClick={() => void recording.withdraw()}>{m.call_cancel()}</TextButton> : undefined}
        />
      );
    case 'running':
    case 'stopped': {
      const running = stands.state === 'running';
      const text = running ? m.room_record_running() : mine ? m.recording_saving() : m.room_record_kept();
      return (
        <RecordingRunning
          running={running} text={text} withdrawText={m.room_record_withdraw_text()} busy={busy} problem={problem}
          onStop={() => void recording.stop()} onWithdraw={() => void recording.withdraw()}
        />
      );
    }
    default:
      return <RecordingNote text={problem ? problemText(problem) : outcomeText(consultation, stands)} action={close} />;
  }
}

function outcomeText(consultation: Consultation, { state, by, since }: NonNullable<RoomRecordingView['stands']>): string {
  const byUs = by === consultation.you.identity;
  const name = nameOf(consultation, by);
  switch (state) {
    case 'kept':
      return m.room_record_kept();
    case 'declined':
      return byUs ? m.recording_you_declined() : m.room_record_declined({ name });
    case 'withdrawn':
      if (since === undefined) return byUs ? m.recording_you_withdrew_question() : m.recording_question_withdrawn({ name });
      return byUs ? m.room_record_you_withdrew() : m.room_record_withdrawn({ name });
    default:
      return since === undefined ? m.room_record_lapsed() : m.recording_empty();
  }
}

/** Before the room: who comes later agrees first. */
export function RecordingAtTheDoor({ place, onDecline }: { place: Place; onDecline: () => void }) {
  const { busy, problem } = useRoomRecording(place);
  return (
    <div className={tokens.tokens}>
      <RecordingQuestion
        title={m.room_record_door()} text={m.room_record_consent()} busy={busy} agree={m.room_record_door_agree()} decline={m.room_record_door_decline()}
        onAnswer={(agreed) => (agreed ? void place.recording.answer(true) : onDecline())}
      />
      {problem ? <p role="alert">{problemText(problem)}</p> : null}
    </div>
  );
}

/** After the room, for as long as this page is theirs: what was recorded can still be taken back. */
export function RecordingAfterwards({ place, consultation }: { place: Place; consultation: Consultation }) {
  const { recording } = place;
  const { stands, busy, problem } = useRoomRecording(place);
  if (!stands?.agreed?.includes(consultation.you.identity)) return null;
  const kept = stands.state === 'kept' || stands.state === 'stopped' || stands.state === 'running';
  if (!kept && stands.state !== 'withdrawn') return null;
  return (
    <div className={tokens.tokens}>
      {kept ? (
        <RecordingRunning
          running={false} text={stands.state === 'kept' || stands.recorderId !== consultation.you.identity ? m.room_record_kept() : m.recording_saving()} withdrawText={m.room_record_withdraw_text()}
          busy={busy} problem={problem} onStop={() => undefined} onWithdraw={() => void recording.withdraw()}
        />
      ) : (
        <RecordingNote text={outcomeText(consultation, stands)} />
      )}
    </div>
  );
}

function nameOf({ members, you, owner }: Consultation, identity: string): string {
  return [you, ...members].find((member) => member.identity === identity)?.name ?? (identity === owner.userId ? owner.name : '');
}
