import { useEffect } from 'react';
import { useChat } from '../model/context';

/** Marks a conversation as read while its end is on the screen of a window that is looked at. */
export function useSeen(otherId: string, atEnd: boolean, lastSeq: number): void {
  const chat = useChat();
  useEffect(() => {
    if (!atEnd) return;
    const look = () => {
      if (document.visibilityState === 'visible' && document.hasFocus()) chat.markRead(otherId);
    };
    look();
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [chat, otherId, atEnd, lastSeq]);
}
