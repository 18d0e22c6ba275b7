import { createContext, useContext } from 'react';
import type { Readable } from '../shared/lib/observable';
import { useObservable } from '../shared/lib/useObservable';
import type { Personal } from './personal';

export const PersonalContext = createContext<Readable<Personal | null> | null>(null);

export function usePersonal(): Personal | null {
  const source = useContext(PersonalContext);
  if (!source) throw new Error('usePersonal outside of PersonalContext');
  return useObservable(source);
}
