import { useFocusTrap } from '@mantine/hooks';
import { useId } from 'react';
import { m } from '../../../shared/i18n';
import { TextButton } from '../../../shared/media/ui/Button';
import { useGivesFocusBack } from '../../../shared/media/ui/effects';
import type { Place } from '../model/Place';
import styles from './LeaveDialog.module.css';

/** The owner may go alone, or close the room for everyone. */
export function LeaveDialog({ place, onClose }: { place: Place; onClose: () => void }) {
  const trap = useFocusTrap();
  const titleId = useId();
  useGivesFocusBack();
  return (
    <div className={styles.scrim}>
      <div ref={trap} className={styles.sheet} role="dialog" aria-modal="true" aria-labelledby={titleId} tabIndex={-1}>
        <h2 id={titleId} className={styles.title}>{m.room_leave_title()}</h2>
        <p className={styles.text}>{m.room_leave_text()}</p>
        <div className={styles.actions}>
          <TextButton onClick={onClose}>{m.call_cancel()}</TextButton>
          <TextButton onClick={() => void place.act((api) => api.end())}>{m.room_end_all()}</TextButton>
          <TextButton main data-autofocus onClick={() => void place.leave()}>{m.room_leave_alone()}</TextButton>
        </div>
      </div>
    </div>
  );
}
