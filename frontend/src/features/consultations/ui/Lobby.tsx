import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { DeviceCheck } from '../../../shared/media/ui/DeviceCheck';
import tokens from '../../../shared/media/ui/tokens.module.css';
import type { ErrorCode } from '../../../shared/wire/errors';
import { Avatar } from '../../../shared/ui';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import { mustAgree } from '../model/RoomRecording';
import type { RoomView } from '../model/view';
import { OwnLine } from './DoorLine';
import { EncryptionAtTheDoor, mustNotEnter } from './EncryptionParts';
import { InviteGuest } from './InviteGuest';
import { isHost, presenceText, titleOf } from './labels';
import styles from './Lobby.module.css';
import { Queue } from './Queue';
import { RecordingAtTheDoor } from './RoomRecordingParts';

interface LobbyProps {
  place: Place;
  consultation: Consultation;
  view: RoomView;
  refused: ErrorCode | undefined;
}

/** Before the room: a look at oneself; for who is let in by others the waiting, for who lets in the queue. */
export function Lobby({ place, consultation, view, refused }: LobbyProps) {
  const { engine } = place;
  const { you, owner } = consultation;
  const waiting = you.state === 'waiting';
  const host = isHost(you);
  const observer = you.role === 'observer';
  const barred = you.state === 'admitted' && mustAgree(consultation);
  const [inviting, setInviting] = useState(false);
  // Most of all they need to know that; whoever lets in finds it beside the choice.
  const cannot = mustNotEnter(consultation) && you.role !== 'host';
  const pending = view.microphone === 'none' && !view.problem && !observer;
  const ask = view.asking.length > 1 ? m.room_ask_both() : view.asking[0] === 'camera' ? m.room_ask_camera() : m.room_ask_microphone();
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <header className={styles.head}>
          <Avatar id={owner.userId} name={owner.name} image={owner.profileImage} size={48} />
          <div className={styles.words}>
            <h1 className={styles.title}>{titleOf(consultation)}</h1>
            {you.role === 'host' ? null : <p className={styles.quiet}>{presenceText(owner)}</p>}
          </div>
        </header>
        {cannot ? <EncryptionAtTheDoor place={place} consultation={consultation} /> : null}
        {waiting ? (
          <div className={styles.waiting} role="status">
            <span className={styles.pulse} aria-hidden />
            <div>
              <p className={styles.strong}>{m.room_waiting()}</p>
              {cannot ? null : <p className={styles.quiet}>{m.room_waiting_text({ name: owner.name })}</p>}
            </div>
          </div>
        ) : null}
        {waiting ? <OwnLine place={place} consultation={consultation} /> : null}
        {consultation.locked && host ? <p className={styles.locked}><IconLock size={16} stroke={1.75} aria-hidden />{m.room_is_locked()}</p> : null}
        {host ? <Queue place={place} consultation={consultation} /> : null}
        {observer ? (
          <p className={styles.quiet}>{m.room_observer_text()}</p>
        ) : (
          <section className={`${styles.check} ${tokens.tokens}`} aria-label={m.room_check()}>
            <DeviceCheck
              view={view}
              video
              ask={ask}
              level={engine.level}
              onMicrophone={() => void engine.toggleMicrophone()}
              onCamera={() => void engine.toggleCamera()}
              onChoose={(device, id) => void engine.choose(device, id)}
              onRetry={() => void engine.retryDevices()}
            />
          </section>
        )}
        {cannot ? null : <EncryptionAtTheDoor place={place} consultation={consultation} />}
        {barred ? <RecordingAtTheDoor place={place} onDecline={() => void place.leave()} /> : null}
        <div role="alert">{refused ? <p className={styles.problem}>{errorText(refused)}</p> : null}</div>
        <div className={styles.actions}>
          {host ? <Button variant="default" onClick={() => setInviting(true)}>{m.room_invite()}</Button> : null}
          {waiting ? (
            <Button variant="default" onClick={() => void place.leave()}>{m.room_stop_waiting()}</Button>
          ) : barred ? null : (
            <Button disabled={pending || mustNotEnter(consultation)} onClick={() => void engine.enter()}>
              {view.problem ? m.room_enter_mute() : host && you.role === 'host' ? m.room_start() : m.room_enter()}
            </Button>
          )}
        </div>
      </div>
      {inviting ? <InviteGuest api={place.api} onClose={() => setInviting(false)} /> : null}
    </main>
  );
}
