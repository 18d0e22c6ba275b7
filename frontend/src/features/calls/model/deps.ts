import { checkFirst, dataSaver, relayOnly } from '../../../shared/lib/callSettings';
import { randomId } from '../../../shared/lib/ids';
import type { BesideDeps } from './beside';
import { type Clock, systemClock } from '../../../shared/media/clock';
import { CallLog, debugIsOn } from './debug';
import { type Disk, findDisk } from './files/disk';
import { saveFile } from './files/save';
import { type Listen, listenByWebAudio } from '../../../shared/media/hearing';
import { type IceAnswer, IceServers } from './ice';
import { browserMedia, type MediaSource } from '../../../shared/media/media';
import { browserNetwork, type Connectivity, type NetworkWatch } from './network';
import { browserSeat, type TabSeat } from './seat';
import { browserScreens, type ScreenSource } from '../../../shared/media/screens';
import type { RecordingWays } from '../../../shared/media/recording/Recorder';
import type { CallSocket } from './socket';

/** What the person has chosen about calls; read anew each time. */
export interface CallSettings {
  readonly dataSaver: boolean;
  readonly relayOnly: boolean;
  /** Camera and microphone are looked at before each call, and not only before the browser's first prompt. */
  readonly checkFirst: boolean;
}

/** What it takes to record a call, beside the connection. */
export interface CallRecordingWays extends RecordingWays {
  ownName: () => string;
}

/** All that the engine touches of the world. */
export interface EngineDeps {
  socket: CallSocket;
  ice: IceServers;
  createConnection: (config: RTCConfiguration) => RTCPeerConnection;
  media: MediaSource;
  screens: ScreenSource;
  listen: Listen;
  seat: TabSeat;
  network: NetworkWatch;
  settings: CallSettings;
  /** What this browser can send and receive sound by. */
  audioCodecs: () => RTCRtpCodec[];
  beside: Pick<BesideDeps, 'findDisk' | 'save' | 'randomId' | 'randomNumber'>;
  clock: Clock;
  log: CallLog;
  recording?: CallRecordingWays;
}

/** The browser's own. */
export function browserDeps(socket: CallSocket, fetchIceServers: () => Promise<IceAnswer>): EngineDeps {
  let disk: Promise<Disk> | undefined;
  return {
    socket,
    ice: new IceServers(fetchIceServers, systemClock),
    createConnection: (config) => new RTCPeerConnection(config),
    media: browserMedia(),
    screens: browserScreens(),
    listen: listenByWebAudio,
    seat: browserSeat(),
    network: browserNetwork(systemClock, window, (navigator as { connection?: Connectivity }).connection),
    settings: {
      get dataSaver() {
        return dataSaver.value;
      },
      get relayOnly() {
        return relayOnly.value;
      },
      get checkFirst() {
        return checkFirst.value;
      },
    },
    audioCodecs: () => RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [],
    beside: {
      findDisk: () => (disk ??= findDisk()),
      save: saveFile,
      randomId,
      randomNumber: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    },
    clock: systemClock,
    log: new CallLog(systemClock, debugIsOn),
  };
}
