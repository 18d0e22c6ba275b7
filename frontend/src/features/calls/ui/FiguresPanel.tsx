import { IconX } from '@tabler/icons-react';
import { useState, useSyncExternalStore } from 'react';
import { m } from '../../../shared/i18n';
import type { Figures } from '../model/figures';
import type { Store } from '../model/store';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';
import { useFocusMoved } from '../../../shared/media/ui/effects';
import { figureRows, figureSentences, figureText } from './figureLabels';
import styles from './FiguresPanel.module.css';

interface PanelProps {
  figures: Store<Figures | undefined>;
  name: string;
  onClose: () => void;
}

/** How the call is carried, once a second: in words first, then in numbers. */
export function FiguresPanel({ figures, name, onClose }: PanelProps) {
  const now = useSyncExternalStore(figures.subscribe, figures.get);
  const [copied, setCopied] = useState(false);
  const ref = useFocusMoved<HTMLElement>();
  const copy = () => {
    if (now) void navigator.clipboard.writeText(figureText(now, name)).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <section ref={ref} className={styles.panel} aria-label={m.figures()} tabIndex={-1} data-figures>
      <header className={styles.head}>
        <h3 className={styles.title}>{m.figures()}</h3>
        <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.figures_close()} onClick={onClose} />
      </header>
      {now ? (
        <>
          <ul className={styles.words}>
            {figureSentences(now, name).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <dl className={styles.rows}>
            {figureRows(now).map(({ term, value }) => (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <div className={styles.foot}>
            <TextButton onClick={copy}>{m.figures_copy()}</TextButton>
            <span role="status">{copied ? m.figures_copied() : ''}</span>
          </div>
        </>
      ) : (
        <p className={styles.none}>{m.figures_none()}</p>
      )}
    </section>
  );
}
