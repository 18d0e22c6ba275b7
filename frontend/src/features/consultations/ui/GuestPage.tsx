import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { Mark } from '../../../shared/ui';
import { claimGuestLink, guestHttp, roomApi } from '../api';
import { forgetGuest, recallGuest, rememberGuest, type Guest } from '../model/guest';
import { Attend } from './Attend';
import styles from './GuestPage.module.css';
import { usePlace } from './usePlace';

/** `/join/<token>`: somebody without an account, by a link for them alone. */
export function GuestPage() {
  const { token } = useParams({ from: '/join/$token' });
  const [guest, setGuest] = useState<Guest | undefined>(() => recallGuest(token));
  return guest ? <Inside guest={guest} onOver={() => { forgetGuest(token); setGuest(undefined); }} /> : <Name token={token} onClaimed={setGuest} />;
}

function Inside({ guest, onOver }: { guest: Guest; onOver: () => void }) {
  const place = usePlace(`guest ${guest.accessToken}`, () => roomApi(guestHttp(guest.accessToken), guest.roomId), undefined);
  return <Attend place={place} roomId={guest.roomId} onBack={onOver} backText="none" />;
}

function Name({ token, onClaimed }: { token: string; onClaimed: (guest: Guest) => void }) {
  const [name, setName] = useState('');
  const claim = useMutation({
    mutationFn: () => claimGuestLink(token, name.trim()),
    onSuccess: ({ accessToken, roomId }) => {
      const guest = { accessToken, roomId };
      rememberGuest(token, guest);
      onClaimed(guest);
    },
  });
  useEffect(() => {
    document.title = `${m.guest_title()} · ${m.app_name()}`;
  }, []);
  return (
    <main className={styles.page}>
      <form
        className={styles.column}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') claim.mutate();
        }}
      >
        <div className={styles.brand}>
          <Mark size={40} />
          <span className={styles.app}>{m.app_name()}</span>
        </div>
        <h1 className={styles.title}>{m.guest_title()}</h1>
        <p className={styles.lead}>{m.guest_lead()}</p>
        <TextInput label={m.guest_name()} value={name} maxLength={60} autoComplete="name" onChange={(event) => setName(event.currentTarget.value)} />
        <div role="alert">{claim.error ? <p className={styles.problem}>{errorText(codeOf(claim.error))}</p> : null}</div>
        <Button type="submit" loading={claim.isPending} disabled={name.trim() === ''}>{m.guest_go()}</Button>
      </form>
    </main>
  );
}
