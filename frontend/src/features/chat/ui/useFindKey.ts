import { useEffect, useEffectEvent } from 'react';

/** Ctrl or ⌘ with F: what is not loaded, the browser can't find. A second time in a row it is the browser's own. */
export function useFindKey(onFind: (() => void) | null): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!onFind || event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (document.activeElement?.closest('[role="search"]') || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    onFind();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}
