import { useSyncExternalStore } from 'react';
import type { Readable } from './observable';

export function useObservable<T>(source: Readable<T>): T {
  return useSyncExternalStore(source.subscribe, () => source.value);
}

/** What `select` takes out of the value; it must return the same object as long as nothing in it has changed. */
export function useSelected<T, S>(source: Readable<T>, select: (value: T) => S): S {
  return useSyncExternalStore(source.subscribe, () => select(source.value));
}
