import { lazy } from 'react';

/** The door to calls. Engine and screens are fetched when the first call starts or rings. */
export { CallsProvider, useCalls } from './ui/CallsProvider';
export type { ActiveCall, Calls, CallsProviderProps } from './ui/CallsProvider';
export { CALL_KEYS } from './model/keys';
export { keyLabel } from './ui/keyLabels';
export type { IceAnswer } from './model/ice';
export type { Grower, GrowingCalls, GrowthView, LentCall } from './model/growth';
export type { CallSocket } from './model/socket';

export const ConnectionTest = lazy(() => import('./ui/trial/TrialPage').then(({ TrialPage }) => ({ default: TrialPage })));
