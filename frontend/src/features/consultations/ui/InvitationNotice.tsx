import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { ADMIN } from '../../../shared/lib/roles';
import { useCurrentUser, useSession } from '../../auth';
import { LIST_KEY, listConsultations } from '../api';
import styles from './InvitationNotice.module.css';

/** Somebody is asked into a consultation that runs, wherever in the app they are; the list of consultations says so itself. */
export function InvitationNotice({ away }: { away: boolean }) {
  const { http } = useSession();
  const me = useCurrentUser();
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [later, setLater] = useState<readonly string[]>([]);
  // The same as what the navigation asks for.
  const { data } = useQuery({ queryKey: [...LIST_KEY, me._id], queryFn: () => listConsultations(http), enabled: me.role !== ADMIN, staleTime: 60_000 });
  const asked = data?.running.find(({ you, owner, consultationId }) => you.state === 'invited' && you.role !== 'host' && owner.presence === 'here' && !later.includes(consultationId));
  if (!asked || away || path.startsWith('/consultations')) return <div role="status" />;
  return (
    <div role="status">
      <div className={styles.notice}>
        <p className={styles.text}>{m.room_asks_you({ name: asked.owner.name })}</p>
        <div className={styles.actions}>
          <Button size="sm" variant="subtle" color="gray" onClick={() => setLater([...later, asked.consultationId])}>{m.room_asks_later()}</Button>
          <Button size="sm" onClick={() => void navigate({ to: '/consultations/$roomId', params: { roomId: asked.roomId } })}>{m.room_enter()}</Button>
        </div>
      </div>
    </div>
  );
}
