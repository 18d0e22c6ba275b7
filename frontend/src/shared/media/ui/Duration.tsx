import { useNow } from './effects';
import { clockText } from '../clockText';

/** How long the call has been going on, second by second; kept out of live regions. */
export function Duration({ since }: { since: number }) {
  const now = useNow(500);
  return <time role="timer" aria-live="off">{clockText(now - since)}</time>;
}
