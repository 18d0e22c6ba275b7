import { readStored, writeStored } from '../../../shared/lib/storage';
import { sessionApi } from '../api';
import { Session } from './Session';

const HINT_KEY = 'moodbites.session';

async function exclusive<T>(work: () => Promise<T>): Promise<T> {
  // Missing where the page came over plain HTTP from another machine; then two tabs may have to sign in again.
  if (!('locks' in navigator)) return work();
  return navigator.locks.request('moodbites.renew', work);
}

/** The session of this browser: when one tab signs out, all do. */
export function createBrowserSession(): Session {
  const session = new Session({
    api: sessionApi,
    hint: {
      read: () => readStored(HINT_KEY) !== null,
      write: (present) => writeStored(HINT_KEY, present ? 'yes' : null),
    },
    exclusive,
    now: () => Date.now(),
  });
  window.addEventListener('storage', (event) => {
    if (event.key === HINT_KEY && event.newValue === null && session.state.value.phase !== 'signed-out') session.forget();
  });
  return session;
}
