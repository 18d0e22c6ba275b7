import { useFocusTrap } from '@mantine/hooks';
import { useId } from 'react';
import { m } from '../../i18n';
import { TextButton } from './Button';
import { useGivesFocusBack } from './effects';
import styles from './KeysSheet.module.css';

interface KeysProps {
  keys: readonly { key: string; label: string }[];
  /** What is to be known besides. */
  note: string;
  onClose: () => void;
}

/** The keys of a call, inside of it so that it is seen in full screen too. */
export function KeysSheet({ keys, note, onClose }: KeysProps) {
  const trap = useFocusTrap();
  const titleId = useId();
  useGivesFocusBack();
  return (
    <div className={styles.scrim}>
      <div ref={trap} className={styles.sheet} role="dialog" aria-modal="true" aria-labelledby={titleId} tabIndex={-1} data-keys>
        <h3 id={titleId} className={styles.title}>
          {m.call_keys()}
        </h3>
        <dl className={styles.list}>
          {keys.map(({ key, label }) => (
            <div key={key}>
              <dt>{label}</dt>
              <dd>
                <kbd>{key}</kbd>
              </dd>
            </div>
          ))}
        </dl>
        <p className={styles.note}>{note}</p>
        <div className={styles.foot}>
          <TextButton data-autofocus onClick={onClose}>
            {m.call_close()}
          </TextButton>
        </div>
      </div>
    </div>
  );
}
