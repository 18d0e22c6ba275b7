import type { Clock } from '../../../shared/media/clock';

/** Why the way to the other may be another one now. */
export type NetworkChange = 'online' | 'interface' | 'woke';

/** Tells of such changes before ICE would find out by itself. */
export interface NetworkWatch {
  watch(listener: (why: NetworkChange) => void): () => void;
}

type Events = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** Where the browser says what it is connected by; most say nothing. */
export type Connectivity = Events & { type?: string };

const BEAT_MS = 5_000;
const SLEPT_MS = 10_000;

/**
 * The browser's own word that it is online again; another kind of network (`change` comes for every guess at the speed as
 * well, so the kind is compared); and a beat that comes far too late, for then the machine has slept.
 */
export function browserNetwork(clock: Clock, page: Events, connectivity: Connectivity | undefined): NetworkWatch {
  return {
    watch(listener) {
      let kind = connectivity?.type;
      let beatAt = clock.now();
      let cancel: () => void;
      const look = () => {
        const slept = clock.now() - beatAt > BEAT_MS + SLEPT_MS;
        beatAt = clock.now();
        cancel();
        cancel = clock.after(BEAT_MS, look);
        if (slept) listener('woke');
      };
      const onOnline = () => listener('online');
      const onChange = () => {
        const now = connectivity?.type;
        if (now === kind) return;
        kind = now;
        if (now !== 'none') listener('interface');
      };
      cancel = clock.after(BEAT_MS, look);
      page.addEventListener('online', onOnline);
      page.addEventListener('visibilitychange', look);
      page.addEventListener('pageshow', look);
      connectivity?.addEventListener('change', onChange);
      return () => {
        cancel();
        page.removeEventListener('online', onOnline);
        page.removeEventListener('visibilitychange', look);
        page.removeEventListener('pageshow', look);
        connectivity?.removeEventListener('change', onChange);
      };
    },
  };
}
