import { IconLock, IconShieldLock } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { Hidden } from '../../../shared/ui';
import type { Consultation } from '../api';
import type { KeyRing, Tie } from '../model/encryption/KeyRing';
import { canEncrypt } from '../model/encryption/support';
import type { Place } from '../model/Place';
import styles from './EncryptionParts.module.css';

/** Before the room: the owner chooses, while nobody is in it; everybody else reads how it is, and whether their browser can. */
export function EncryptionAtTheDoor({ place, consultation }: { place: Place; consultation: Consultation }) {
  const { encryption, you, owner, members, callId } = consultation;
  const running = members.some((one) => one.connected || (one.memberId !== you.memberId && one.state === 'admitted'));
  if (you.role === 'host' && !running && callId === undefined) {
    return (
      <div className={styles.door}>
        <EncryptionChoice on={encryption !== undefined} onChange={(on) => void place.act((api) => api.encrypt(on))} />
        {encryption && !canEncrypt() ? <p className={styles.cannot} role="alert">{m.room_encryption_cannot_own()}</p> : null}
      </div>
    );
  }
  if (!encryption) return null;
  return canEncrypt() ? (
    <p className={styles.is}><IconLock size={16} stroke={1.75} aria-hidden />{m.room_encryption_is()}</p>
  ) : (
    <p className={styles.cannot} role="alert">{you.role === 'host' ? m.room_encryption_cannot_own() : m.room_encryption_cannot({ name: owner.name })}</p>
  );
}

export const mustNotEnter = ({ encryption }: Consultation): boolean => encryption !== undefined && !canEncrypt();

export function EncryptionChoice({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className={styles.choice}>
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>
        {m.room_encryption()}
        <span className={styles.quiet}>{m.room_encryption_text()}</span>
      </span>
    </label>
  );
}

/** In the head of the room: that it is so, and the way to more. */
export function EncryptedBadge({ consultation, open, panelId, onOpen }: { consultation: Consultation; open: boolean; panelId: string; onOpen: () => void }) {
  if (!consultation.encryption) return null;
  return (
    <button type="button" className={styles.badge} aria-expanded={open} aria-controls={open ? panelId : undefined} onClick={onOpen}>
      <IconShieldLock size={16} stroke={1.75} aria-hidden />
      {m.room_encryption()}
    </button>
  );
}

/** That it is so, where there is room for a line, or for no more than a sign. */
export function EncryptedMark({ consultation, sign = false }: { consultation: Consultation; sign?: boolean }) {
  if (!consultation.encryption) return null;
  return (
    <span className={styles.mark} title={sign ? m.room_encryption() : undefined}>
      <IconShieldLock size={16} stroke={1.75} aria-hidden />
      {sign ? <Hidden>{m.room_encryption()}</Hidden> : m.room_encryption()}
    </span>
  );
}

/** As long as it mostly takes, nobody need read of it. */
const SHOWN_AFTER_MS = 1_500;

export function KeyAwaited({ place, consultation, className }: { place: Place; consultation: Consultation; className: string | undefined }) {
  const { state, forged } = useObservable(place.keys.view);
  const waits = state === 'waiting';
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => setLong(true), SHOWN_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [waits]);
  if (forged) return <p className={className} role="alert">{m.room_encryption_forged()}</p>;
  return waits && long ? <p className={className} role="status">{m.room_encryption_waiting({ name: consultation.owner.name })}</p> : null;
}

/** What is sealed and what is not, and the numbers to compare. */
export function EncryptionOfRoom({ place }: { place: Place }) {
  const { ties } = useObservable(place.keys.view);
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- it scrolls where there is little room
    <div className={styles.panel} role="group" aria-label={m.room_encryption()} tabIndex={0}>
      <p>{m.room_encryption_about()}</p>
      <p className={styles.quiet}>{m.room_encryption_not()}</p>
      <h3 className={styles.title}>{m.room_encryption_compare()}</h3>
      <p>{ties.length === 0 ? m.room_encryption_nobody() : m.room_encryption_compare_text()}</p>
      {ties.length === 0 ? null : (
        <ul className={styles.ties} aria-label={m.room_encryption_compare()}>
          {ties.map((tie) => <Code key={tie.page} ring={place.keys} tie={tie} />)}
        </ul>
      )}
      <p className={styles.quiet}>{m.room_encryption_limits()}</p>
    </div>
  );
}

function Code({ ring, tie }: { ring: KeyRing; tie: Tie }) {
  const [code, setCode] = useState<string>();
  useEffect(() => {
    let there = true;
    ring.code(tie.page).then((found) => there && setCode(found), () => undefined);
    return () => {
      there = false;
    };
  }, [ring, tie.page]);
  return (
    <li className={styles.tie}>
      <span className={styles.name}>{tie.name}</span>
      <span className={styles.code} aria-busy={code === undefined}>{code ?? '····· ····· ····· ·····'}</span>
    </li>
  );
}
