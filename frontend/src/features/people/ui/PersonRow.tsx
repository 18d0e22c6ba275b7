import { Button } from '@mantine/core';
import { IconFileCertificate } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { roleName } from '../../../shared/lib/roles';
import { shortTime } from '../../../shared/lib/time';
import { hereAddress } from '../../../shared/lib/addresses';
import { Avatar, ICON } from '../../../shared/ui';
import type { Person } from '../api';
import { isWaiting } from '../filter';
import classes from './People.module.css';

interface Props {
  person: Person;
  /** Nobody can lock themselves out here. */
  own: boolean;
  busy: boolean;
  onActive: (active: boolean) => void;
}

function presence(person: Person): string {
  if (!person.active) return isWaiting(person) ? m.person_waiting() : m.person_disabled();
  if (person.online) return m.presence_online();
  return person.lastSeen ? m.presence_last_seen({ time: shortTime(person.lastSeen) }) : m.presence_offline();
}

function actionOf(person: Person): { text: string; label: string } {
  const { name } = person;
  if (person.active) return { text: m.person_disable(), label: m.person_disable_label({ name }) };
  if (isWaiting(person)) return { text: m.person_approve(), label: m.person_approve_label({ name }) };
  return { text: m.person_enable(), label: m.person_enable_label({ name }) };
}

export function PersonRow({ person, own, busy, onActive }: Props) {
  const action = actionOf(person);
  return (
    <li className={classes.row} data-inactive={!person.active || undefined}>
      <Avatar id={person._id} name={person.name} image={person.profileImage} online={person.online} />
      <div className={classes.who}>
        <p className={classes.name}>{person.name}{own && <span className={classes.quiet}> · {m.person_you()}</span>}</p>
        <p className={classes.quiet}>{person.email}</p>
      </div>
      <p className={classes.role}>{roleName(person.role)}</p>
      <div className={classes.state}>
        <p className={classes.presence} data-waiting={isWaiting(person) || undefined}>{presence(person)}</p>
        <Certificate person={person} />
      </div>
      <div className={classes.action}>
        {!own && (
          <Button
            size="sm" variant={isWaiting(person) ? 'filled' : 'subtle'} color={isWaiting(person) ? 'leaf' : 'gray'} loading={busy} onClick={() => onActive(!person.active)}
            aria-label={action.label}
          >
            {action.text}
          </Button>
        )}
      </div>
    </li>
  );
}

/** What an approval goes by; that there is none is worth knowing while it is waited for. */
function Certificate({ person }: { person: Person }) {
  const address = hereAddress(person.certificate);
  if (address === undefined) return isWaiting(person) ? <p className={classes.quiet}>{m.person_no_certificate()}</p> : null;
  return (
    <a className={classes.certificate} href={address} target="_blank" rel="noreferrer" aria-label={m.person_certificate_label({ name: person.name })}>
      <IconFileCertificate {...ICON} size={18} aria-hidden /> {m.person_certificate()}
    </a>
  );
}
