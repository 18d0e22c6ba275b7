import { errorText, m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { TextButton } from '../../../shared/media/ui/Button';
import { AskToRecord, NoRecording, RecordedBadge, RecordingNote, RecordingQuestion, RecordingRunning, StartingBadge } from '../../../shared/media/ui/RecordingParts';
import tokens from '../../../shared/media/ui/tokens.module.css';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { RecordingStands } from '../../../shared/wire/types';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import type { RoomRecordingView } from '../model/RoomRecording';

const useRoomRecording = (place: Place): RoomRecordingView => useObservable(place.recording.view);

export function RoomRecordedBadge({ place }: { place: Place }) {
  const state = useRoomRecording(place).stands?.state;
  if (state === 'starting') return <StartingBadge />;
  return state === 'running' ? <RecordedBadge /> : null;
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

const OPEN: readonly RecordingStands['state'][] = ['asked', 'starting', 'running', 'stopped'];

/** Among what else the owner can do. */
export function RecordRoom({ place, byServer, onAsked }: { place: Place; byServer: boolean; onAsked: () => void }) {
  const { stands, busy } = useRoomRecording(place);
  if (stands && OPEN.includes(stands.state)) return null;
  if (!place.recording.possible && !byServer) return <NoRecording text={m.recording_no_browser()} />;
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
    case 'starting':
    case 'running':
    case 'stopped':
      return (
        <RecordingRunning
          running={stands.state !== 'stopped'} text={goingText(stands, mine)} withdrawText={m.room_record_withdraw_text()} busy={busy} problem={problem}
          onStop={() => void recording.stop()} onWithdraw={() => void recording.withdraw()}
        />
      );
    case 'failed': {
      const instead = mine && recording.possible;
      return (
        <RecordingNote
          text={problem ? problemText(problem) : failedText(stands)} alert={mine}
          action={
            <>
              {instead ? <TextButton disabled={busy} onClick={() => void recording.request(true)}>{m.room_record_browser()}</TextButton> : null}
              {close}
            </>
          }
        />
      );
    }
    default:
      return <RecordingNote text={problem ? problemText(problem) : outcomeText(consultation, stands)} action={close} />;
  }
}

const failedText = ({ code }: RecordingStands): string => (code === 'recording_broke_off' ? m.room_record_broke_off() : m.room_record_failed());

function goingText({ state, maker }: RecordingStands, mine: boolean): string {
  if (state === 'starting') return m.room_record_starting();
  if (state === 'running') return m.room_record_running();
  if (maker === 'server') return m.room_record_saving();
  return mine ? m.recording_saving() : m.room_record_kept();
}

function outcomeText(consultation: Consultation, { state, by, awaited = [] }: NonNullable<RoomRecordingView['stands']>): string {
  const byUs = by === consultation.you.identity;
  const name = nameOf(consultation, by);
  const agreed = awaited.length === 0;
  switch (state) {
    case 'kept':
      return m.room_record_kept();
    case 'declined':
      return byUs ? m.recording_you_declined() : m.room_record_declined({ name });
    case 'withdrawn':
      if (!agreed) return byUs ? m.recording_you_withdrew_question() : m.recording_question_withdrawn({ name });
      return byUs ? m.room_record_you_withdrew() : m.room_record_withdrawn({ name });
    default:
      return agreed ? m.recording_empty() : m.room_record_lapsed();
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
  const kept = stands.state === 'kept' || (stands.state !== 'asked' && OPEN.includes(stands.state));
  if (!kept && stands.state !== 'withdrawn') return null;
  return (
    <div className={tokens.tokens}>
      {kept ? (
        <RecordingRunning
          running={false} text={afterText(stands, stands.recorderId === consultation.you.identity)} withdrawText={m.room_record_withdraw_text()}
          busy={busy} problem={problem} onStop={() => undefined} onWithdraw={() => void recording.withdraw()}
        />
      ) : (
        <RecordingNote text={outcomeText(consultation, stands)} />
      )}
    </div>
  );
}

/** What runs still is ended with the room. */
const afterText = (stands: RecordingStands, mine: boolean): string => (stands.state === 'kept' ? m.room_record_kept() : goingText({ ...stands, state: 'stopped' }, mine));

function nameOf({ members, you, owner }: Consultation, identity: string): string {
  return [you, ...members].find((member) => member.identity === identity)?.name ?? (identity === owner.userId ? owner.name : '');
}
