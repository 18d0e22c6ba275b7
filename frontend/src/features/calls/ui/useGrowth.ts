import { useSyncExternalStore } from 'react';
import type { Grower, GrowthView } from '../model/growth';

const NONE: GrowthView = { callId: undefined, stage: 'none', quiet: false, mine: false, failed: undefined };
const never = () => () => undefined;
const none = () => NONE;

/** How far this call is on its way into a room. */
export function useGrowth(grower: Grower | undefined, callId: string | undefined): GrowthView {
  const growth = useSyncExternalStore(grower?.view.subscribe ?? never, grower?.view.get ?? none);
  return growth.callId === callId ? growth : NONE;
}
