import { useEffect, useEffectEvent } from 'react';
import { isTyping } from '../shared/lib/isTyping';

/** `?` outside of text fields. */
export function useHelpKey(show: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === '?' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) show();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}
