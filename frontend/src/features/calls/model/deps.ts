import { dataSaver, relayOnly } from '../../../shared/lib/callSettings';
import { type Clock, systemClock } from './clock';
import { CallLog, debugIsOn } from './debug';
import { type IceAnswer, IceServers } from './ice';
import type { MediaSource } from './media';
import { browserNetwork, type Connectivity, type NetworkWatch } from './network';
import { browserSeat, type TabSeat } from './seat';
import { browserScreens, type ScreenSource } from './sharing';
import type { CallSocket } from './socket';

/** What the person has chosen about calls; read anew each time. */
export interface CallSettings {
  readonly dataSaver: boolean;
  readonly relayOnly: boolean;
}

/** All that the engine touches of the world. */
export interface EngineDeps {
  socket: CallSocket;
  ice: IceServers;
  createConnection: (config: RTCConfiguration) => RTCPeerConnection;
  media: MediaSource;
  screens: ScreenSource;
  seat: TabSeat;
  network: NetworkWatch;
  settings: CallSettings;
  /** What this browser can send and receive sound by. */
  audioCodecs: () => RTCRtpCodec[];
  clock: Clock;
  log: CallLog;
}

/** The browser's own. */
export function browserDeps(socket: CallSocket, fetchIceServers: () => Promise<IceAnswer>): EngineDeps {
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  return {
    socket,
    ice: new IceServers(fetchIceServers, systemClock),
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
    screens: browserScreens(),
    seat: browserSeat(),
    network: browserNetwork(systemClock, window, (navigator as { connection?: Connectivity }).connection),
    settings: {
      get dataSaver() {
        return dataSaver.value;
      },
      get relayOnly() {
        return relayOnly.value;
      },
    },
    audioCodecs: () => RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [],
    clock: systemClock,
    log: new CallLog(systemClock, debugIsOn),
  };
}
