import { Button, Modal, TextInput } from '@mantine/core';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { fullTime } from '../../../shared/lib/time';
import { Choice } from '../../../shared/ui';
import type { RoomApi } from '../api';
import styles from './InviteGuest.module.css';

/** A link for one person without an account: once, and for this consultation alone. */
export function InviteGuest({ api, onClose }: { api: Pick<RoomApi, 'invite'>; onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<'member' | 'observer'>('member');
  const [copied, setCopied] = useState(false);
  const link = useMutation({ mutationFn: () => api.invite(role, name.trim() || undefined) });
  const copy = async (url: string) => {
    await navigator.clipboard.writeText(url).then(() => setCopied(true), () => undefined);
  };
  return (
    <Modal opened centered onClose={onClose} title={m.room_invite()} closeButtonProps={{ 'aria-label': m.close() }} radius={12} zIndex={420} onKeyDown={(event) => event.stopPropagation()}>
      {link.data ? (
        <div className={styles.form}>
          <LinkField url={link.data.url} />
          <p className={styles.quiet}>{m.room_link_text({ time: fullTime(link.data.expiresAt) })}</p>
          <div className={styles.actions}>
            <Button variant="default" onClick={() => { setCopied(false); link.reset(); }}>{m.room_link_another()}</Button>
            <Button onClick={() => void copy(link.data.url)}>{copied ? m.room_link_copied() : m.room_link_copy()}</Button>
          </div>
          <p role="status" className={styles.hidden}>{copied ? m.room_link_copied() : ''}</p>
        </div>
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            link.mutate();
          }}
        >
          <p className={styles.quiet}>{m.room_invite_text()}</p>
          <TextInput label={m.room_invite_name()} value={name} maxLength={60} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          <Choice
            name="guest-role" label={m.room_invite_role()} value={role} onChange={setRole}
            options={[{ value: 'member', label: m.room_role_member() }, { value: 'observer', label: m.room_role_observer() }]}
          />
          <div role="alert">{link.error ? <p className={styles.problem}>{errorText(codeOf(link.error))}</p> : null}</div>
          <div className={styles.actions}>
            <Button type="submit" loading={link.isPending}>{m.room_link_make()}</Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

/** Chosen at once, to be copied by hand too; the focus would be nowhere else. */
function LinkField({ url }: { url: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  return <TextInput ref={field} label={m.room_link()} value={url} readOnly onFocus={(event) => event.currentTarget.select()} />;
}
