import { useFace } from '../../../shared/lib/faces';
import { Face, initials } from '../../../shared/ui';
import type { CallView } from '../model/view';
import styles from './CallAvatar.module.css';

/** Somebody's picture or first letters in a large disc; it breathes while something is awaited. */
export function CallAvatar({ peer, size, waiting = false }: { peer: CallView['peer']; size: 'huge' | 'small'; waiting?: boolean }) {
  const image = useFace(peer.userId);
  return (
    <span className={styles.avatar} data-size={size} data-waiting={waiting} aria-hidden="true">
      {initials(peer.name)}
      <Face image={image} />
    </span>
  );
}
