import { Button } from '@mantine/core';
import { m } from '../../../shared/i18n';
import { clockTime } from '../../../shared/lib/time';
import { Avatar } from '../../../shared/ui';
import type { Consultation, Member } from '../api';
import type { Place } from '../model/Place';
import { testText } from './labels';
import { TheirLine } from './DoorLine';
import styles from './Queue.module.css';

/** Who waits to be let in, with what their devices are like. */
export function Queue({ place, consultation }: { place: Place; consultation: Consultation }) {
  const waiting = consultation.members.filter(({ state }) => state === 'waiting').sort((a, b) => (a.arrivedAt ?? '').localeCompare(b.arrivedAt ?? ''));
  return (
    <section className={styles.queue} aria-label={m.room_queue()}>
      <header className={styles.head}>
        <h2 className={styles.title}>{m.room_queue()}</h2>
        {waiting.length > 1 ? <Button size="sm" variant="default" onClick={() => void place.act((api) => api.admit())}>{m.room_admit_all()}</Button> : null}
      </header>
      {waiting.length === 0 ? <p className={styles.none}>{m.room_queue_none()}</p> : null}
      <ul className={styles.list}>
        {waiting.map((member) => (
          <Waiting key={member.memberId} member={member} place={place} />
        ))}
      </ul>
    </section>
  );
}

function Waiting({ member, place }: { member: Member; place: Place }) {
  const { memberId, name } = member;
  return (
    <li className={styles.row}>
      <Avatar id={memberId} name={name} image={member.profileImage} />
      <div className={styles.who}>
        <p className={styles.name}>{name}{member.guest ? <span className={styles.guest}> · {m.room_guest()}</span> : null}</p>
        <p className={styles.test} data-weak={isWeak(member) || undefined}>
          {member.test ? testText(member.test) : member.arrivedAt ? m.room_since({ time: clockTime(member.arrivedAt) }) : ''}
        </p>
      </div>
      <div className={styles.actions}>
        <Button size="sm" variant="subtle" color="gray" aria-label={m.room_refuse_name({ name })} onClick={() => void place.act((api) => api.refuse(memberId))}>{m.room_refuse()}</Button>
        <Button size="sm" aria-label={m.room_admit_name({ name })} onClick={() => void place.act((api) => api.admit([memberId]))}>{m.room_admit()}</Button>
      </div>
      <TheirLine place={place} member={member} />
    </li>
  );
}

const isWeak = ({ test }: Member): boolean => test !== undefined && (test.connection !== 'good' || test.microphone !== 'ok' || test.camera !== 'ok');
