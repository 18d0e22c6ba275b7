import { Button, TextInput } from '@mantine/core';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useCurrentUser, useSession } from '../../auth';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { ADMIN } from '../../../shared/lib/roles';
import { ICON, StateNote } from '../../../shared/ui';
import { listPeople, setActive } from '../api';
import { filterPeople, isWaiting, type Group } from '../filter';
import classes from './People.module.css';
import { PersonRow } from './PersonRow';

const GROUPS: readonly { group: Group; label: () => string }[] = [
  { group: 'all', label: m.people_all },
  { group: 'waiting', label: m.people_waiting },
  { group: 'online', label: m.people_online },
  { group: 'patients', label: m.people_patients },
  { group: 'dieticians', label: m.people_dieticians },
  { group: 'admins', label: m.people_admins },
];

export function People() {
  const { http } = useSession();
  const me = useCurrentUser();
  const queries = useQueryClient();
  const [group, setGroup] = useState<Group>('all');
  const [text, setText] = useState('');
  const people = useQuery({ queryKey: ['people'], queryFn: () => listPeople(http), refetchInterval: 15_000, enabled: me.role === ADMIN });
  const change = useMutation({
    mutationFn: ({ userId, active }: { userId: string; active: boolean }) => setActive(http, userId, active),
    onSettled: () => queries.invalidateQueries({ queryKey: ['people'] }),
  });
  if (me.role !== ADMIN) return <main className={classes.page}><StateNote title={m.error_forbidden()} /></main>;

  const shown = filterPeople(people.data ?? [], group, text);
  const waiting = people.data?.filter(isWaiting).length ?? 0;
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <h1 className={classes.title}>{m.people_title()}</h1>
        <div className={classes.tools}>
          <TextInput
            className={classes.search} size="sm" type="search" aria-label={m.people_search()} placeholder={m.people_search()}
            leftSection={<IconSearch {...ICON} size={18} />} value={text} onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className={classes.groups} role="group" aria-label={m.people_filter()}>
            {GROUPS.map(({ group: each, label }) => (
              <button key={each} type="button" className={classes.group} aria-pressed={group === each} onClick={() => setGroup(each)}>
                {label()}
                {each === 'waiting' && waiting > 0 && <span className={classes.needs}>{waiting}</span>}
              </button>
            ))}
          </div>
        </div>
        <div role="alert">{change.error && <p className={classes.problem}>{errorText(codeOf(change.error))}</p>}</div>
        {people.isPending && <Skeletons />}
        {people.isError && people.data === undefined && (
          <StateNote
            alert title={m.people_failed()} text={errorText(codeOf(people.error))}
            action={<Button onClick={() => void people.refetch()}>{m.try_again()}</Button>}
          />
        )}
        {people.data && shown.length === 0 && (
          <StateNote icon={<IconUsers size={32} stroke={1.5} />} title={m.people_none()} text={m.people_none_text()} />
        )}
        <ul className={classes.list} aria-label={m.people_title()}>
          {shown.map((person) => (
            <PersonRow
              key={person._id} person={person} own={person._id === me._id}
              busy={change.isPending && change.variables.userId === person._id}
              onActive={(active) => change.mutate({ userId: person._id, active })}
            />
          ))}
        </ul>
      </div>
    </main>
  );
}

function Skeletons() {
  return (
    <div aria-busy="true" aria-label={m.loading()}>
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className={classes.skeleton}><span /><span /></div>
      ))}
    </div>
  );
}
