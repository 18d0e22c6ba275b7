import { type Clock, systemClock } from './clock';
import { consoleLog, type Log } from './debug';
import type { MediaSource } from './media';
import { browserNetwork, type Connectivity, type NetworkWatch } from './network';
import { browserSeat, type TabSeat } from './seat';
import type { CallSocket } from './socket';

/** All that the engine touches of the world. */
export interface EngineDeps {
  socket: CallSocket;
  fetchIceServers: () => Promise<RTCIceServer[]>;
  createConnection: (config: RTCConfiguration) => RTCPeerConnection;
  media: MediaSource;
  seat: TabSeat;
  network: NetworkWatch;
  clock: Clock;
  log: Log;
}

/** The browser's own. */
export function browserDeps(socket: CallSocket, fetchIceServers: () => Promise<RTCIceServer[]>): EngineDeps {
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  return {
    socket,
    fetchIceServers,
    createConnection: (config) => new RTCPeerConnection(config),
    media: {
      devices: window.isSecureContext ? devices : undefined,
      createStream: () => new MediaStream(),
      async mustAsk(device) {
        try {
          const status = await navigator.permissions.query({ name: device });
          return status.state === 'prompt';
        } catch {
          return false; // a browser that doesn't say; its prompt then comes with our words beside it
        }
      },
    },
    seat: browserSeat(),
    network: browserNetwork(systemClock, window, (navigator as { connection?: Connectivity }).connection),
    clock: systemClock,
    log: consoleLog,
  };
}
