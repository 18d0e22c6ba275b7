import { useEffect } from 'react';
import { m } from '../shared/i18n';

/** How many messages wait, where a person with many tabs can see it. */
export function useAppTitle(unread: number): void {
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${m.app_name()}` : m.app_name();
  }, [unread]);
}
