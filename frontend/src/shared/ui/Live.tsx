import { createContext, useContext } from 'react';

/** Says a sentence to screen readers, without moving the focus. */
export type Announce = (text: string) => void;

export const LiveContext = createContext<Announce>(() => undefined);

export const useAnnounce = (): Announce => useContext(LiveContext);
