import { IconCloudOff, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSessionState } from '../features/auth';
import { useChat } from '../features/chat';
import { m } from '../shared/i18n';
import { useObservable, useSelected } from '../shared/lib/useObservable';
import { useSocket } from '../shared/socket';
import classes from './ConnectionBanner.module.css';

/** Short breaks heal by themselves and are not worth a word. */
const GRACE_MS = 1500;

type Situation = 'fine' | 'offline' | 'unreachable' | 'catching-up';

function useSituation(): Situation {
  const phase = useObservable(useSocket().phase);
  const expired = useSessionState().phase === 'expired';
  const catchingUp = useSelected(useChat().state, (state) => state.catchingUp);
  // The sign-in over the page says it better.
  if (expired) return 'fine';
  if (phase === 'offline' || phase === 'connecting') return navigator.onLine ? 'unreachable' : 'offline';
  return catchingUp ? 'catching-up' : 'fine';
}

/** Offline, trying again, catching up: one quiet line above the page. */
export function ConnectionBanner() {
  const situation = useSituation();
  const [shown, setShown] = useState<Situation>('fine');
  useEffect(() => {
    const timer = setTimeout(() => setShown(situation), situation === 'fine' ? 0 : GRACE_MS);
    return () => clearTimeout(timer);
  }, [situation]);

  return (
    <div role="status" className={classes.place}>
      {shown !== 'fine' && (
        <p className={classes.banner}>
          {shown === 'catching-up' ? <IconRefresh size={16} stroke={1.75} aria-hidden="true" /> : <IconCloudOff size={16} stroke={1.75} aria-hidden="true" />}
          {{ offline: m.banner_offline, unreachable: m.banner_unreachable, 'catching-up': m.banner_catching_up }[shown]()}
        </p>
      )}
    </div>
  );
}
