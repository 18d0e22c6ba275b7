import { IconX } from '@tabler/icons-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { m } from '../../i18n';
import { RoundButton } from './Button';
import styles from './SidePanel.module.css';

interface SidePanelProps {
  id: string;
  title: string;
  heading: 'h2' | 'h3';
  onClose: () => void;
  children: ReactNode;
}

/** Beside the pictures of a call or a room; on a phone over their lower part. */
export function SidePanel({ id, title, heading: Heading, onClose, children }: SidePanelProps) {
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation(); // the call's own keys are single letters
    if (event.key === 'Escape') onClose();
  };
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape closes it
    <section id={id} className={styles.panel} aria-label={title} onKeyDown={onKey}>
      <header className={styles.top}>
        <Heading className={styles.title}>{title}</Heading>
        <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.call_close()} onClick={onClose} />
      </header>
      {children}
    </section>
  );
}
