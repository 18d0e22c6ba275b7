import { Observable, type Readable } from './observable';
import { readStored, writeStored } from './storage';
import { useObservable } from './useObservable';

/** A choice of the person about calls, kept on this device, and the same in all of its tabs. */
export interface Choice extends Readable<boolean> {
  set(value: boolean): void;
}

function choice(key: string, initial: () => boolean): Choice {
  const read = () => {
    const chosen = readStored(key);
    return chosen === null ? initial() : chosen === 'yes';
  };
  const current = new Observable(read());
  window.addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) current.set(read());
  });
  return {
    get value() {
      return current.value;
    },
    subscribe: current.subscribe,
    set(value) {
      writeStored(key, value ? 'yes' : 'no');
      current.set(value);
    },
  };
}

/** Less picture and voice for less data. Unless the person chose: what they have told their browser. */
export const dataSaver = choice(
  'moodbites.calls-save-data',
  () => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true,
);

/** Only by a relay, so that the other person's device never learns this one's network address. */
export const relayOnly = choice('moodbites.calls-relay-only', () => false);

/** Camera and microphone are looked at before each call. Otherwise that is done only where the browser is about to ask for them. */
export const checkFirst = choice('moodbites.calls-check-first', () => false);

export function useChoice(of: Choice): [boolean, (value: boolean) => void] {
  return [useObservable(of), of.set];
}
