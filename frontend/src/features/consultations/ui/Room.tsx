import { useElementSize, useMergedRef } from '@mantine/hooks';
import { IconArrowsDiagonalMinimize2, IconLock, IconX } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { isTyping } from '../../../shared/lib/isTyping';
import { actionOf, type Pressed } from '../../../shared/media/keys';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';
import { noteText } from '../../../shared/media/ui/deviceText';
import { Duration } from '../../../shared/media/ui/Duration';
import { useFullScreen, useStrayKeys } from '../../../shared/media/ui/effects';
import { KeysSheet } from '../../../shared/media/ui/KeysSheet';
import tokens from '../../../shared/media/ui/tokens.module.css';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { Consultation } from '../api';
import { ROOM_KEYS } from '../model/keys';
import type { Mode } from '../model/layout';
import type { Place } from '../model/Place';
import type { RoomView } from '../model/view';
import { AddPeople } from './AddPeople';
import { EncryptedBadge, KeyAwaited } from './EncryptionParts';
import { isHost, titleOf } from './labels';
import { LeaveDialog } from './LeaveDialog';
import { MorePanel } from './MorePanel';
import { Reactions } from './Reactions';
import { RoomControls } from './RoomControls';
import { RoomRecordedBadge, RoomRecordingStrip } from './RoomRecordingParts';
import { type PanelKind, RoomPanel } from './RoomPanel';
import { Spoken } from './Spoken';
import { Stage } from './Stage';
import styles from './Room.module.css';

interface RoomProps {
  place: Place;
  consultation: Consultation;
  view: RoomView;
  refused: ErrorCode | undefined;
  onMinimise: (() => void) | undefined;
  /** Somebody is to be chosen who is to come. */
  adding: boolean;
}

type Opened = 'more' | 'keys' | 'leave';

/** A consultation in the whole window. */
export function Room({ place, consultation, view, refused, onMinimise, adding }: RoomProps) {
  const { engine } = place;
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const { ref: sizeRef, width, height } = useElementSize();
  const ref = useMergedRef(setStage);
  const fullScreen = useFullScreen(stage);
  const [open, setOpen] = useState<Opened>();
  const [panel, setPanel] = useState<PanelKind>();
  const [mode, setMode] = useState<Mode>('grid');
  const panelId = useId();
  const moreId = useId();
  const host = isHost(consultation.you);
  const observer = view.role === 'observer';
  const waiting = host ? consultation.members.filter(({ state }) => state === 'waiting').length : 0;
  const live = view.stage === 'live';
  const toggle = (what: Opened) => setOpen(open === what ? undefined : what);
  const togglePanel = (what: PanelKind) => {
    setOpen(undefined);
    setPanel(panel === what ? undefined : what);
  };
  const leave = () => (view.role === 'host' ? toggle('leave') : void place.leave());
  const act = {
    microphone: () => !observer && void engine.toggleMicrophone(),
    camera: () => !observer && void engine.toggleCamera(),
    screen: () => view.canShare && void engine.toggleScreen(),
    hand: () => !observer && engine.exchange.raise(!engine.exchange.handUp),
    fullscreen: () => fullScreen.toggle?.(),
    keys: () => toggle('keys'),
  };
  const onKey = (event: Pressed & { target: EventTarget | null; stopPropagation: () => void }) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (open) setOpen(undefined);
      else setPanel(undefined);
      return;
    }
    if (view.quiet) return; // the call over it has the keys
    const action = actionOf(ROOM_KEYS, event, isTyping(event.target));
    if (action === undefined) return;
    event.stopPropagation();
    if (open !== 'keys' || action === 'keys') act[action]();
  };
  useStrayKeys(onKey);
  const hand = view.people[0]?.hand !== undefined;

  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- the shortcuts of the room
    <main ref={ref} className={`${styles.room} ${tokens.tokens}`} data-panel={panel !== undefined} aria-label={titleOf(consultation)} tabIndex={-1} onKeyDown={onKey}>
      <Spoken view={view} />
      <header className={styles.top}>
        <h1 className={styles.title}>{titleOf(consultation)}</h1>
        <p className={styles.facts}>
          {view.since !== undefined && live ? <Duration since={view.since} /> : <span role="status">{view.stage === 'connecting' ? m.call_state_connecting() : m.room_reconnecting()}</span>}
          <span>{m.room_count({ count: Math.max(1, view.people.length) })}</span>
          <RoomRecordedBadge place={place} />
          <EncryptedBadge consultation={consultation} open={panel === 'encryption'} panelId={panelId} onOpen={() => togglePanel('encryption')} />
          {consultation.locked ? <span className={styles.fact}><IconLock size={14} stroke={1.75} aria-hidden />{m.room_locked()}</span> : null}
        </p>
        {onMinimise ? (
          <span className={styles.small}>
            <RoundButton size="small" icon={<IconArrowsDiagonalMinimize2 size={20} stroke={1.75} />} label={m.call_minimise()} onClick={onMinimise} />
          </span>
        ) : null}
      </header>
      <div ref={sizeRef} className={styles.tiles}>
        <Stage view={view} mode={mode} width={width} height={height} />
      </div>
      <Reactions shown={view.reactions} />
      <div className={styles.messages}>
        <RoomRecordingStrip place={place} consultation={consultation} />
        <KeyAwaited place={place} consultation={consultation} className={styles.message} />
        {view.stage === 'reconnecting' ? <p className={styles.message}>{m.room_reconnecting_text()}</p> : null}
        {refused ? <p className={styles.message} role="alert">{errorText(refused)}</p> : null}
        {view.silent ? <TextButton main onClick={() => engine.startSound()}>{m.room_hear()}</TextButton> : null}
        {view.mutedByHost ? <Note text={m.room_muted_by_host()} onClose={() => engine.closeNote()} /> : null}
        {view.voiceHint ? <Note text={view.voiceHint === 'muted' ? m.call_hint_speaking_muted() : m.call_hint_silent()} onClose={() => engine.hearing.dismiss()} /> : null}
        {view.note ? <Note text={noteText(view.note)} onClose={() => engine.closeNote()} /> : null}
        {view.sharing === 'on' ? (
          <div className={styles.message} data-note>
            <span>{m.room_sharing()}</span>
            <TextButton onClick={() => void engine.toggleScreen()}>{m.screen_stop()}</TextButton>
          </div>
        ) : null}
        {waiting > 0 && panel !== 'people' ? (
          <div className={styles.message} data-note role="status">
            <span>{m.room_somebody_waits({ count: waiting })}</span>
            <TextButton onClick={() => togglePanel('people')}>{m.room_look()}</TextButton>
          </div>
        ) : null}
      </div>
      {open === 'more' ? (
        <MorePanel
          id={moreId} place={place} consultation={consultation} view={view} mode={mode} onMode={setMode} fullScreen={fullScreen} hand={hand}
          onHand={act.hand} onPanel={togglePanel} onKeys={() => setOpen('keys')} onClose={() => setOpen(undefined)}
        />
      ) : null}
      <RoomControls
        label={titleOf(consultation)} view={view} hand={hand} waiting={waiting} panel={panel} panelId={panelId}
        more={{ open: open === 'more', panelId: moreId, toggle: () => toggle('more') }}
        act={act} onPanel={togglePanel} onLeave={leave}
      />
      {open === 'keys' ? (
        <KeysSheet
          keys={ROOM_KEYS.map(({ key, label }) => ({ key: key.toUpperCase(), label: label() }))}
          note={m.call_keys_leave()} onClose={() => setOpen(undefined)}
        />
      ) : null}
      {open === 'leave' ? <LeaveDialog place={place} onClose={() => setOpen(undefined)} /> : null}
      {adding ? <AddPeople place={place} consultation={consultation} onClose={() => place.setAdding(false)} /> : null}
      {panel ? <RoomPanel id={panelId} kind={panel} place={place} consultation={consultation} view={view} onClose={() => setPanel(undefined)} /> : null}
    </main>
  );
}

function Note({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <div className={styles.message} data-note role="status">
      <span>{text}</span>
      <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.call_close()} onClick={onClose} />
    </div>
  );
}
