import { IconHandStop, IconMicrophone, IconMicrophoneOff, IconUserMinus } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';
import { Avatar, Hidden } from '../../../shared/ui';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import type { Person, RoomView } from '../model/view';
import { InviteGuest } from './InviteGuest';
import { connectionWord, isHost, roleText } from './labels';
import { Queue } from './Queue';
import styles from './PeopleOfRoom.module.css';

/** Who is here; for hosts also who waits, and what they may do about each. */
export function PeopleOfRoom({ place, consultation, view }: { place: Place; consultation: Consultation; view: RoomView }) {
  const host = isHost(consultation.you);
  const [inviting, setInviting] = useState(false);
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(`${window.location.origin}/consultations/${consultation.roomId}`).then(() => setCopied(true), () => undefined);
  const raised = (person: Person) => person.hand ?? Infinity;
  const people = [...view.people].sort((a, b) => raised(a) - raised(b) || 0);
  return (
    <div className={styles.people}>
      {host ? <Queue place={place} consultation={consultation} /> : null}
      <ul className={styles.list} aria-label={m.room_people_in()}>
        {people.map((person) => (
          <PersonRow key={person.identity} person={person} place={place} host={host} owner={view.role === 'host'} />
        ))}
      </ul>
      {host ? (
        <div className={styles.foot}>
          <TextButton onClick={() => place.setAdding(true)}>{m.room_add()}</TextButton>
          <TextButton onClick={() => setInviting(true)}>{m.room_invite()}</TextButton>
          <TextButton onClick={() => void copy()}>{copied ? m.room_link_copied() : m.room_address_copy()}</TextButton>
          <p className={styles.detail} role="status">{consultation.ownRoom ? m.room_address_text() : m.room_address_text_asked()}</p>
        </div>
      ) : null}
      {inviting ? <InviteGuest api={place.api} onClose={() => setInviting(false)} /> : null}
    </div>
  );
}

function PersonRow({ person, place, host, owner }: { person: Person; place: Place; host: boolean; owner: boolean }) {
  const { name, memberId, me, microphone, role } = person;
  const [removing, setRemoving] = useState(false);
  const mine = host && !me && role !== 'host' && memberId !== '';
  const detail = [role === 'member' && person.guest ? m.room_guest() : role === 'member' ? undefined : roleText(role), connectionWord(person.quality)].filter(Boolean).join(' · ');
  return (
    <li className={styles.person}>
      <div className={styles.line}>
        <Avatar id={memberId} name={name} image={null} size={32} />
        <div className={styles.who}>
          <p className={styles.name}>{me ? m.room_you_name({ name }) : name}</p>
          {detail ? <p className={styles.detail}>{detail}</p> : null}
        </div>
        {person.hand !== undefined ? <span className={styles.hand}><IconHandStop size={18} stroke={1.75} aria-hidden /><Hidden>{m.room_hand_up()}</Hidden></span> : null}
        {mine && microphone === 'on' ? (
          <RoundButton size="small" icon={<IconMicrophone size={20} stroke={1.75} />} label={m.room_mute_name({ name })} onClick={() => void place.act((api) => api.mute(memberId, 'microphone'))} />
        ) : (
          <span className={styles.mark}>
            {microphone === 'on' ? <IconMicrophone size={20} stroke={1.75} aria-hidden /> : <IconMicrophoneOff size={20} stroke={1.75} aria-hidden />}
            <Hidden>{microphone === 'on' ? '' : m.room_is_muted()}</Hidden>
          </span>
        )}
        {mine ? (
          <RoundButton size="small" icon={<IconUserMinus size={20} stroke={1.75} />} label={m.room_remove_name({ name })} aria-expanded={removing} onClick={() => setRemoving(!removing)} />
        ) : null}
      </div>
      {removing ? (
        <div className={styles.ask} role="group" aria-label={m.room_remove_name({ name })}>
          <p className={styles.question}>{m.room_remove_ask({ name })}</p>
          <TextButton onClick={() => setRemoving(false)}>{m.call_cancel()}</TextButton>
          <TextButton onClick={() => void place.act((api) => api.remove(memberId))}>{m.room_remove()}</TextButton>
          {owner && !person.guest ? (
            <TextButton onClick={() => void place.act((api) => api.role(memberId, role === 'co_host' ? 'member' : 'co_host')).then(() => setRemoving(false))}>
              {role === 'co_host' ? m.room_make_member() : m.room_make_co_host()}
            </TextButton>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
