import { IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { m } from '../../../shared/i18n';
import { RoundButton } from '../../../shared/media/ui/Button';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import type { RoomView } from '../model/view';
import { ChatOfRoom } from './ChatOfRoom';
import { PeopleOfRoom } from './PeopleOfRoom';
import styles from './RoomPanel.module.css';

export type PanelKind = 'people' | 'chat';

interface PanelProps {
  id: string;
  kind: PanelKind;
  place: Place;
  consultation: Consultation;
  view: RoomView;
  onClose: () => void;
}

/** Beside the pictures; on a phone over their lower part. */
export function RoomPanel({ id, kind, place, consultation, view, onClose }: PanelProps) {
  const [to, setTo] = useState('');
  const title = kind === 'people' ? m.room_people() : m.room_chat();
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation(); // the room's own keys are single letters
    if (event.key === 'Escape') onClose();
  };
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape closes it
    <section id={id} className={styles.panel} aria-label={title} onKeyDown={onKey}>
      <header className={styles.top}>
        <h2 className={styles.title}>{title}</h2>
        <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.call_close()} onClick={onClose} />
      </header>
      {kind === 'people' ? (
        <PeopleOfRoom place={place} consultation={consultation} view={view} />
      ) : (
        <ChatOfRoom place={place} consultation={consultation} view={view} to={to} onTo={setTo} />
      )}
    </section>
  );
}
