import { IconMaximize, IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { BesideNotice } from './BesideNotice';
import { HangUpIcon, RoundButton, TextButton } from '../../../shared/media/ui/Button';
import { CallAvatar } from './CallAvatar';
import { Duration } from '../../../shared/media/ui/Duration';
import styles from './FloatingCall.module.css';
import { stateText } from './labels';
import { Picture } from '../../../shared/media/ui/Media';
import { RecordingAsked, RecordingBadge } from '../recording/RecordingBadge';
import tokens from '../../../shared/media/ui/tokens.module.css';
import { VoiceHint } from './VoiceHint';

const ICON = { size: 20, stroke: 1.75 };

/** The call as a card, while the person reads or writes elsewhere in the app. */
export function FloatingCall({ engine, view, onExpand }: { engine: CallEngine; view: CallView; onExpand: () => void }) {
  const muted = view.microphone !== 'on';
  return (
    <section className={`${styles.card} ${tokens.tokens}`} aria-label={m.call_with({ name: view.peer.name })}>
      {view.sharing.theirs || view.remotePicture ? (
        <div className={styles.picture}>
          {view.sharing.theirs ? (
            <Picture key="screen" stream={view.sharing.theirs} label={m.screen_of({ name: view.peer.name })} whole />
          ) : (
            <Picture key="face" stream={view.remote} label={view.peer.name} />
          )}
        </div>
      ) : null}
      <div className={styles.row}>
        {view.remotePicture ? null : <CallAvatar peer={view.peer} size="small" />}
        <div className={styles.who}>
          <p className={styles.name}>{view.peer.name}</p>
          <p className={styles.state}>
            {view.link === 'connected' && view.acceptedAt !== undefined ? <Duration since={view.acceptedAt} /> : stateText(view)}
          </p>
          <RecordingBadge engine={engine} />
          <RecordingAsked engine={engine} view={view} onOpen={onExpand} />
        </div>
      </div>
      {view.sharing.own === 'on' ? (
        <div className={styles.sharing}>
          <p className={styles.sharingText}>{m.screen_own()}</p>
          <TextButton main onClick={() => engine.current?.sharing.stop()}>
            {m.screen_stop()}
          </TextButton>
        </div>
      ) : null}
      <VoiceHint engine={engine} view={view} className={styles.hint} />
      {engine.current ? <BesideNotice beside={engine.current.beside} name={view.peer.name} onOpen={onExpand} /> : null}
      <div className={styles.actions}>
        <RoundButton
          size="small"
          icon={muted ? <IconMicrophoneOff {...ICON} /> : <IconMicrophone {...ICON} />}
          label={muted ? m.call_unmute() : m.call_mute()}
          aria-pressed={view.microphone === 'muted'}
          onClick={() => void engine.current?.toggleMicrophone()}
        />
        <RoundButton size="small" icon={<IconMaximize {...ICON} />} label={m.call_expand()} onClick={onExpand} />
        <RoundButton size="small" icon={<HangUpIcon {...ICON} />} label={m.call_leave()} tone="leave" onClick={() => engine.hangUp()} />
      </div>
    </section>
  );
}
