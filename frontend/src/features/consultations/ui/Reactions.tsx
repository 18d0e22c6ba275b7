import { m } from '../../../shared/i18n';
import type { Shown } from '../model/view';
import styles from './Reactions.module.css';

/** For a moment, at the side, with who sends it. */
export function Reactions({ shown }: { shown: readonly Shown[] }) {
  return (
    <ul className={styles.reactions} aria-label={m.room_reactions()} aria-live="polite">
      {shown.map(({ id, emoji, name }) => (
        <li key={id} className={styles.reaction}>
          <span className={styles.emoji}>{emoji}</span> {name}
        </li>
      ))}
    </ul>
  );
}
