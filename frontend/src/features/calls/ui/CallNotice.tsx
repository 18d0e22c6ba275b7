import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { RoundButton } from '../../../shared/media/ui/Button';
import styles from './CallNotice.module.css';
import tokens from '../../../shared/media/ui/tokens.module.css';

/** News of a call that asks for nothing, or for one thing. */
export function CallNotice({ text, action, onClose }: { text: string; action?: ReactNode; onClose: () => void }) {
  return (
    <div className={`${styles.notice} ${tokens.tokens}`} role="status">
      <p className={styles.text}>{text}</p>
      {action}
      <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.call_close()} onClick={onClose} />
    </div>
  );
}
