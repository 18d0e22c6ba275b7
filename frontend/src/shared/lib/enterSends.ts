import { Observable } from './observable';
import { readStored, writeStored } from './storage';
import { useObservable } from './useObservable';

const KEY = 'moodbites.enter-sends';

/** Unless the person chose: keyboards on glass have no Shift+Enter, so there Enter breaks the line. */
function initial(): boolean {
  const chosen = readStored(KEY);
  return chosen === null ? !window.matchMedia('(pointer: coarse)').matches : chosen === 'yes';
}

const enterSends = new Observable(initial());

/** Whether Enter sends a message; kept on this device. */
export function useEnterSends(): [boolean, (value: boolean) => void] {
  const value = useObservable(enterSends);
  return [
    value,
    (next) => {
      writeStored(KEY, next ? 'yes' : 'no');
      enterSends.set(next);
    },
  ];
}
