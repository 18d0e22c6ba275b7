import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { StateNote } from '../../../shared/ui';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import type { EndReason } from '../model/view';
import { endText, isHost } from './labels';
import styles from './Page.module.css';
import { Written } from './Written';
import { RecordingAfterwards } from './RoomRecordingParts';

/** Where it makes sense to try once more. */
const RETRY: ReadonlySet<EndReason> = new Set<EndReason>(['left', 'elsewhere', 'full', 'refused', 'unreachable', 'lost', 'not-admitted', 'encryption']);

/** Why we are not in the room, and what can be done. */
export function Ended({ place, consultation, reason, back }: { place: Place; consultation: Consultation; reason: EndReason; back: ReactNode }) {
  const { title, text } = endText(reason, consultation);
  const again = RETRY.has(reason) && consultation.state === 'open';
  return (
    <main className={styles.page}>
      <StateNote
        alert={reason !== 'left'}
        title={title}
        {...(text === undefined ? {} : { text })}
        action={
          <div className={styles.actions}>
            {again ? <Button onClick={() => void place.again()}>{reason === 'left' ? m.room_come_back() : m.try_again()}</Button> : null}
            {reason === 'left' && isHost(consultation.you) && consultation.state === 'open' && consultation.you.role === 'host' ? (
              <Button variant="default" onClick={() => void place.act((api) => api.end())}>{m.room_end_all()}</Button>
            ) : null}
            {back}
            <RecordingAfterwards place={place} consultation={consultation} />
          </div>
        }
      />
      {consultation.you.admittedAt !== undefined && !consultation.you.guest ? (
        <Written api={place.api} roomId={consultation.roomId} consultationId={consultation.consultationId} quiet />
      ) : null}
    </main>
  );
}
