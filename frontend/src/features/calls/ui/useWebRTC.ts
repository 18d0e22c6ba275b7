import { useSyncExternalStore } from 'react';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';

/** The call of this page, if there is one. All that React knows of WebRTC: the engine does the rest. */
export function useWebRTC(engine: CallEngine): CallView | null {
  return useSyncExternalStore(engine.view.subscribe, engine.view.get);
}
