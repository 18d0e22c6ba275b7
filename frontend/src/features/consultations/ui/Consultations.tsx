import { Button } from '@mantine/core';
import { IconCalendarEvent, IconDoorEnter, IconHistory } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { useCurrentUser, useSession } from '../../auth';
import { useChat } from '../../chat';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { DIETICIAN } from '../../../shared/lib/roles';
import { clockTime, dayTitle } from '../../../shared/lib/time';
import { useObservable } from '../../../shared/lib/useObservable';
import { Avatar, StateNote } from '../../../shared/ui';
import { LIST_KEY, listConsultations, openConsultation, roomApi, type Consultation, type Past, type Upcoming } from '../api';
import styles from './Consultations.module.css';
import { EncryptedMark } from './EncryptionParts';
import { InviteGuest } from './InviteGuest';
import { InvitePeople } from './InvitePeople';
import { titleOf } from './labels';
import { WrittenDialog } from './WrittenDialog';
import { PastList } from './PastList';

/** `/consultations`: what runs, what comes, what was; and the dietician's own room. */
export function Consultations() {
  const { http } = useSession();
  const me = useCurrentUser();
  const navigate = useNavigate();
  const list = useQuery({ queryKey: [...LIST_KEY, me._id], queryFn: () => listConsultations(http), refetchInterval: 30_000 });
  const [inviting, setInviting] = useState<string>();
  useEffect(() => {
    document.title = `${m.nav_consultations()} · ${m.app_name()}`;
  }, []);
  const toRoom = (roomId: string) => void navigate({ to: '/consultations/$roomId', params: { roomId } });
  const open = useMutation({ mutationFn: () => openConsultation(http, {}), onSuccess: ({ roomId }) => toRoom(roomId) });
  const chat = useChat();
  const { rooms } = useObservable(chat.state);
  const [reading, setReading] = useState<Past>();
  const [choosing, setChoosing] = useState(false);
  const dietician = me.role === DIETICIAN;
  const data = list.data;

  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <header className={styles.head}>
          <h1 className={styles.title}>{m.nav_consultations()}</h1>
          {dietician && data?.configured ? (
            <div className={styles.actions}>
              <Button variant="default" onClick={() => setChoosing(true)}>{m.room_invite_people()}</Button>
              <Button loading={open.isPending} onClick={() => open.mutate()}>{m.room_open()}</Button>
            </div>
          ) : null}
        </header>
        <div role="alert">{open.error ? <p className={styles.problem}>{errorText(codeOf(open.error))}</p> : null}</div>
        {list.isPending ? <div className={styles.skeletons} aria-busy="true" aria-label={m.loading()}><span /><span /><span /></div> : null}
        {list.isError && !data ? (
          <StateNote alert title={m.room_list_failed()} text={errorText(codeOf(list.error))} action={<Button onClick={() => void list.refetch()}>{m.try_again()}</Button>} />
        ) : null}
        {data && !data.configured ? <p className={styles.notice}>{dietician ? m.room_not_configured_dietician() : m.room_not_configured()}</p> : null}
        {data?.configured ? (
          <>
            <Part title={m.room_running()} icon={<IconDoorEnter size={20} stroke={1.75} aria-hidden />} none={dietician ? m.room_running_none_dietician() : m.room_running_none()} empty={data.running.length === 0}>
              {data.running.map((each) => <Running key={each.consultationId} consultation={each} onInvite={() => setInviting(each.roomId)} onOpen={() => toRoom(each.roomId)} />)}
            </Part>
            <Part title={m.room_upcoming()} icon={<IconCalendarEvent size={20} stroke={1.75} aria-hidden />} none={m.room_upcoming_none()} empty={data.upcoming.length === 0}>
              {data.upcoming.map((each) => <Coming key={each.roomId} upcoming={each} onOpen={() => toRoom(each.roomId)} />)}
            </Part>
          </>
        ) : null}
        {data && (data.configured || data.past.length > 0) ? (
          <Part title={m.room_past()} icon={<IconHistory size={20} stroke={1.75} aria-hidden />} none={m.room_past_none()} empty={data.past.length === 0}>
            <PastList http={http} newest={data.past} meId={me._id} onRead={setReading} onChange={() => void list.refetch()} />
          </Part>
        ) : null}
      </div>
      {choosing ? (
        <InvitePeople
          http={http} people={[...rooms.values()].map(({ other }) => ({ userId: other._id, name: other.name, image: other.profileImage }))}
          onOpened={toRoom} onClose={() => setChoosing(false)}
        />
      ) : null}
      {reading ? <WrittenDialog api={roomApi(http, reading.roomId)} roomId={reading.roomId} consultationId={reading.consultationId} onClose={() => setReading(undefined)} /> : null}
      {inviting !== undefined ? <InviteGuest api={roomApi(http, inviting)} onClose={() => setInviting(undefined)} /> : null}
    </main>
  );
}

function Part({ title, icon, none, empty, children }: { title: string; icon: ReactNode; none: string; empty: boolean; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2 className={styles.subtitle}>{icon}{title}</h2>
      {empty ? <p className={styles.quiet}>{none}</p> : <ul className={styles.list}>{children}</ul>}
    </section>
  );
}

function Running({ consultation, onInvite, onOpen }: { consultation: Consultation; onInvite: () => void; onOpen: () => void }) {
  const { owner, you, members, openedAt } = consultation;
  const waiting = members.filter(({ state }) => state === 'waiting').length;
  const inside = members.filter(({ connected }) => connected).length;
  const host = you.role === 'host' || you.role === 'co_host';
  const facts = [m.room_open_since({ time: clockTime(openedAt) }), inside > 0 ? m.room_count({ count: inside }) : undefined].filter(Boolean).join(' · ');
  return (
    <li className={styles.row}>
      <Avatar id={owner.userId} name={owner.name} image={owner.profileImage} />
      <div className={styles.who}>
        <p className={styles.name}>{titleOf(consultation)}</p>
        <p className={styles.quiet}>{facts}{consultation.encryption ? <> · <EncryptedMark consultation={consultation} /></> : null}</p>
        {waiting > 0 ? <p className={styles.needs}>{m.room_somebody_waits({ count: waiting })}</p> : null}
        {you.state === 'invited' ? <p className={styles.needs}>{m.room_you_are_invited()}</p> : null}
      </div>
      <div className={styles.actions}>
        {host ? <Button size="sm" variant="default" onClick={onInvite}>{m.room_invite()}</Button> : null}
        <Button size="sm" onClick={onOpen}>{m.room_enter()}</Button>
      </div>
    </li>
  );
}

function Coming({ upcoming: { with: other, opensAt, appointment }, onOpen }: { upcoming: Upcoming; onOpen: () => void }) {
  const [opened, setOpened] = useState(() => Date.parse(opensAt) <= Date.now());
  useEffect(() => {
    const timer = setInterval(() => setOpened(Date.parse(opensAt) <= Date.now()), 10_000);
    return () => clearInterval(timer);
  }, [opensAt]);
  // At the clock of who reads it, as when the room opens.
  const when = `${dayTitle(appointment.startsAt)}, ${clockTime(appointment.startsAt)}`;
  return (
    <li className={styles.row}>
      <Avatar id={other.userId} name={other.name} image={other.profileImage} />
      <div className={styles.who}>
        <p className={styles.name}>{other.name}</p>
        <p className={styles.quiet}>{when}{opened ? '' : ` · ${m.room_opens({ time: clockTime(opensAt) })}`}</p>
      </div>
      <div className={styles.actions}><Button size="sm" disabled={!opened} onClick={onOpen}>{m.room_enter()}</Button></div>
    </li>
  );
}
