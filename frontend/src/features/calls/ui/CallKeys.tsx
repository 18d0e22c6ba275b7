import { useFocusTrap } from '@mantine/hooks';
import { useId } from 'react';
import { m } from '../../../shared/i18n';
import { CALL_KEYS } from '../model/keys';
import { TextButton } from './Button';
import styles from './CallKeys.module.css';
import { useGivesFocusBack } from './effects';
import { keyLabel } from './keyLabels';

/** The keys of a call, inside of it so that it is seen in full screen too. */
export function CallKeys({ onClose }: { onClose: () => void }) {
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
          {CALL_KEYS.map(({ key, action }) => (
            <div key={key}>
              <dt>{keyLabel(action)}</dt>
              <dd>
                <kbd>{key === '?' ? '?' : key.toUpperCase()}</kbd>
              </dd>
            </div>
          ))}
          <div>
            <dt>{m.call_key_escape()}</dt>
            <dd>
              <kbd>Esc</kbd>
            </dd>
          </div>
        </dl>
        <p className={styles.note}>{m.call_keys_leave()}</p>
        <div className={styles.foot}>
          <TextButton data-autofocus onClick={onClose}>
            {m.call_close()}
          </TextButton>
        </div>
      </div>
    </div>
  );
}
