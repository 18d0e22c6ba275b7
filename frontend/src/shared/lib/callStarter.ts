import { createContext, useContext } from 'react';
import type { CallType } from '../wire/types';

/** What chat needs of calls: to start one, and to know whether one is going on. */
export interface CallStarter {
  /** `check` where the person wants to look at their camera and microphone first. */
  start(userId: string, name: string, kind: CallType, check?: boolean): void;
  active: boolean;
}

/** Null where calls are not there; then no call button is shown. */
export const CallStarterContext = createContext<CallStarter | null>(null);

export const useCallStarter = (): CallStarter | null => useContext(CallStarterContext);
