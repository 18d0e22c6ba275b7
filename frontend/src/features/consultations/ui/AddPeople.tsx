import { Button, Modal, TextInput } from '@mantine/core';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import { useState } from 'react';
import { useChat } from '../../chat';
import { errorText, m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { Avatar } from '../../../shared/ui';
import type { Consultation, Member } from '../api';
import type { Place } from '../model/Place';
import { InviteGuest } from './InviteGuest';
import styles from './InvitePeople.module.css';

/** Who else is to come into a consultation that runs: somebody the host knows, or a guest by a link. */
export function AddPeople({ place, consultation, onClose }: { place: Place; consultation: Consultation; onClose: () => void }) {
  const { rooms } = useObservable(useChat().state);
  const { refused } = useObservable(place.state);
  const [filter, setFilter] = useState('');
  const [asking, setAsking] = useState<string>();
  const [guest, setGuest] = useState(false);
  if (guest) return <InviteGuest api={place.api} onClose={onClose} />;
  const known = [...rooms.values()].map(({ other }) => other).filter(({ _id }) => _id !== consultation.owner.userId);
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = known.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const ask = async (userId: string) => {
    setAsking(userId);
    await place.act((api) => api.askIn([userId]));
    setAsking(undefined);
  };
  return (
    <Modal opened centered onClose={onClose} title={m.room_add()} closeButtonProps={{ 'aria-label': m.close() }} radius={12} zIndex={420} onKeyDown={(event) => event.stopPropagation()}>
      <div className={styles.form}>
        <p className={styles.quiet}>{m.room_add_text()}</p>
        {known.length > 6 ? <TextInput type="search" aria-label={m.room_invite_search()} placeholder={m.room_invite_search()} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} /> : null}
        <ul className={styles.people} aria-label={m.room_add_whom()}>
          {shown.map(({ _id, name, profileImage }) => {
            const there = consultation.members.find(({ userId }) => userId === _id);
            return (
              <li key={_id} className={styles.person}>
                <Avatar id={_id} name={name} image={profileImage} size={32} />
                <span className={styles.name}>{name}</span>
                {there && isExpected(there) ? (
                  <span className={styles.state}>{stateText(there)}</span>
                ) : (
                  <Button size="sm" variant="default" aria-label={m.room_add_name({ name })} loading={asking === _id} onClick={() => void ask(_id)}>{m.room_add_ask()}</Button>
                )}
              </li>
            );
          })}
          {shown.length === 0 ? <li className={styles.quiet}>{m.room_invite_nobody()}</li> : null}
        </ul>
        <div role="alert">{refused ? <p className={styles.problem}>{errorText(refused)}</p> : null}</div>
        <div className={styles.actions}>
          <Button variant="default" onClick={() => setGuest(true)}>{m.room_invite()}</Button>
          <Button onClick={onClose}>{m.room_add_done()}</Button>
        </div>
      </div>
    </Modal>
  );
}

const isExpected = ({ state }: Member): boolean => state === 'invited' || state === 'waiting' || state === 'admitted';

const stateText = ({ state, connected }: Member): string => (connected ? m.room_add_here() : state === 'waiting' ? m.room_add_waits() : m.room_add_asked());
