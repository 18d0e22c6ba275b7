import { createContext, useContext } from 'react';
import { useObservable } from '../../../shared/lib/useObservable';
import type { UserRecord } from '../../../shared/wire/types';
import type { Session, SessionState } from './Session';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside of SessionContext');
  return session;
}

export function useSessionState(): SessionState {
  return useObservable(useSession().state);
}

/** The person whose screen this is; only inside the signed-in part of the app. */
export function useCurrentUser(): UserRecord {
  const state = useSessionState();
  if (!('user' in state)) throw new Error('nobody is signed in');
  return state.user;
}
