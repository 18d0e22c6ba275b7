import { m } from '../../../shared/i18n';
import { TextButton } from '../../../shared/media/ui/Button';
import { Duration } from '../../../shared/media/ui/Duration';
import { FloatingCard, FloatingScreen } from '../../../shared/media/ui/FloatingCard';
import card from '../../../shared/media/ui/FloatingCard.module.css';
import { Picture } from '../../../shared/media/ui/Media';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { RecordingAsked, RecordingBadge } from '../recording/RecordingBadge';
import { BesideNotice } from './BesideNotice';
import { CallAvatar } from './CallAvatar';
import { stateText } from './labels';
import { VoiceHint } from './VoiceHint';

/** The call as a card. */
export function FloatingCall({ engine, view, onExpand }: { engine: CallEngine; view: CallView; onExpand: () => void }) {
  const { name } = view.peer;
  const { theirs, own } = view.sharing;
  return (
    <FloatingCard
      label={m.call_with({ name })}
      picture={theirs ? <Picture key="screen" stream={theirs} label={m.screen_of({ name })} whole /> : view.remotePicture ? <Picture key="face" stream={view.remote} label={name} /> : null}
      face={view.remotePicture ? null : <CallAvatar peer={view.peer} size="small" />}
      name={name}
      state={view.link === 'connected' && view.acceptedAt !== undefined ? <Duration since={view.acceptedAt} /> : stateText(view)}
      marks={
        <>
          <RecordingBadge engine={engine} />
          <RecordingAsked engine={engine} view={view} onOpen={onExpand} />
        </>
      }
      notices={
        <>
          {own === 'on' ? <FloatingScreen onStop={<TextButton main onClick={() => engine.current?.sharing.stop()}>{m.screen_stop()}</TextButton>} /> : null}
          <VoiceHint engine={engine} view={view} className={card.hint} />
          {engine.current ? <BesideNotice beside={engine.current.beside} name={name} onOpen={onExpand} /> : null}
        </>
      }
      microphone={view.microphone}
      expandLabel={m.call_expand()}
      leaveLabel={m.call_leave()}
      onMicrophone={() => void engine.current?.toggleMicrophone()}
      onExpand={onExpand}
      onLeave={() => engine.hangUp()}
    />
  );
}
