/** What survives a reload of the tab that carries a call. */
export interface Mark {
  callId: string;
  camera: boolean;
  muted: boolean;
}

/**
 * Which tab of this device carries a call. The server knows devices, not tabs; so the tab that takes part holds a lock,
 * and remembers the call for its own reload.
 */
export interface TabSeat {
  claim(callId: string): Promise<boolean>;
  release(): void;
  isFree(callId: string): Promise<boolean>;
  remember(mark: Mark): void;
  recall(): Mark | undefined;
  forget(): void;
}

const KEY = 'moodbites.call';
const lockName = (callId: string) => `moodbites-call-${callId}`;

/** By Web Locks and sessionStorage; where either is missing, every tab is taken for the only one. */
export function browserSeat(): TabSeat {
  const locks = typeof navigator === 'undefined' ? undefined : (navigator as { locks?: LockManager }).locks;
  let letGo: (() => void) | undefined;
  const release = () => {
    letGo?.();
    letGo = undefined;
  };
  return {
    release,
    claim(callId) {
      release();
      if (!locks) return Promise.resolve(true);
      return new Promise((resolve) => {
        locks
          .request(lockName(callId), { ifAvailable: true }, (lock) => {
            resolve(lock !== null);
            return lock === null ? undefined : new Promise<void>((done) => (letGo = done));
          })
          .catch(() => resolve(true));
      });
    },
    async isFree(callId) {
      const held = (await locks?.query())?.held ?? [];
      return !held.some((lock) => lock.name === lockName(callId));
    },
    remember(mark) {
      withStorage((storage) => storage.setItem(KEY, JSON.stringify(mark)));
    },
    recall() {
      return withStorage((storage) => JSON.parse(storage.getItem(KEY) ?? 'null') as Mark | null) ?? undefined;
    },
    forget() {
      withStorage((storage) => storage.removeItem(KEY));
    },
  };
}

function withStorage<T>(run: (storage: Storage) => T): T | undefined {
  try {
    return run(sessionStorage);
  } catch {
    return undefined;
  }
}
