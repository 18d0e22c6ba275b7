import { Button, Modal, TextInput } from '@mantine/core';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import type { Http } from '../../../shared/lib/http';
import { Avatar } from '../../../shared/ui';
import { openConsultation } from '../api';
import { EncryptionChoice } from './EncryptionParts';
import styles from './InvitePeople.module.css';

export interface Invitable {
  userId: string;
  name: string;
  image: string | null;
}

const MOST = 20;

/** A consultation with some of the dietician's people: they see it at once, and wait to be let in. */
export function InvitePeople({ http, people, onOpened, onClose }: { http: Http; people: readonly Invitable[]; onOpened: (roomId: string) => void; onClose: () => void }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [title, setTitle] = useState('');
  const [filter, setFilter] = useState('');
  const [encrypted, setEncrypted] = useState(false);
  const open = useMutation({
    mutationFn: () => openConsultation(http, { userIds: [...chosen], encrypted, ...(title.trim() ? { title: title.trim() } : {}) }),
    onSuccess: ({ roomId }) => onOpened(roomId),
  });
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = people.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  return (
    <Modal opened centered onClose={onClose} title={m.room_invite_people()} closeButtonProps={{ 'aria-label': m.close() }} radius={12}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          open.mutate();
        }}
      >
        <TextInput label={m.room_invite_title()} value={title} maxLength={120} onChange={(event) => setTitle(event.currentTarget.value)} />
        {people.length > 8 ? <TextInput type="search" aria-label={m.room_invite_search()} placeholder={m.room_invite_search()} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} /> : null}
        <fieldset className={styles.people}>
          <legend className={styles.legend}>{m.room_invite_whom()}</legend>
          {shown.map(({ userId, name, image }) => (
            <label key={userId} className={styles.person}>
              <input
                type="checkbox" checked={chosen.includes(userId)} disabled={!chosen.includes(userId) && chosen.length >= MOST}
                onChange={() => setChosen(chosen.includes(userId) ? chosen.filter((one) => one !== userId) : [...chosen, userId])}
              />
              <Avatar id={userId} name={name} image={image} size={32} />
              <span className={styles.name}>{name}</span>
            </label>
          ))}
          {shown.length === 0 ? <p className={styles.quiet}>{m.room_invite_nobody()}</p> : null}
        </fieldset>
        <EncryptionChoice on={encrypted} onChange={setEncrypted} />
        <div role="alert">{open.error ? <p className={styles.problem}>{errorText(codeOf(open.error))}</p> : null}</div>
        <div className={styles.actions}>
          <Button type="submit" disabled={chosen.length === 0} loading={open.isPending}>{m.room_invite_go()}</Button>
        </div>
      </form>
    </Modal>
  );
}
