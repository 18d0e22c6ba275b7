/** The browser as the engine sees it, small enough to be driven step by step. */
import type { NetworkChange, NetworkWatch } from '../model/network';
import type { Mark, TabSeat } from '../model/seat';

export { FakeClock, FakeDevices, FakeScreens, FakeStream, FakeTrack, settle } from '../../../shared/testing/media';

export class FakeNetwork implements NetworkWatch {
  #listeners = new Set<(why: NetworkChange) => void>();

  watch(listener: (why: NetworkChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(why: NetworkChange): void {
    for (const listener of this.#listeners) listener(why);
  }
}

/** Tabs of one device: they share the locks, each has its own memory. */
export function fakeSeats(): () => TabSeat {
  const held = new Map<string, object>();
  return () => {
    const tab = {};
    let mark: Mark | undefined;
    return {
      claim(callId) {
        const owner = held.get(callId);
        if (owner && owner !== tab) return Promise.resolve(false);
        held.set(callId, tab);
        return Promise.resolve(true);
      },
      release() {
        for (const [callId, owner] of held) if (owner === tab) held.delete(callId);
      },
      isFree: (callId) => Promise.resolve(!held.has(callId)),
      remember: (next) => (mark = next),
      recall: () => mark,
      forget: () => (mark = undefined),
    };
  };
}
