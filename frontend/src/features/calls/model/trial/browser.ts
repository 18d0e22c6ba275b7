import { readStored, writeStored } from '../../../../shared/lib/storage';
import { systemClock } from '../../../../shared/media/clock';
import { browserMedia } from '../../../../shared/media/media';
import { listenByWebAudio } from '../../../../shared/media/hearing';
import type { IceAnswer } from '../ice';
import { parseResult, type TrialResult } from './findings';
import { Trial } from './trial';

const KEY = 'moodbites.connection-test';

/** The last one of this browser. */
export function storedResult(): TrialResult | undefined {
  return parseResult(readStored(KEY));
}

export function browserTrial(fetchIceServers: () => Promise<IceAnswer>): Trial {
  return new Trial({
    fetchIceServers,
    createConnection: (config) => new RTCPeerConnection(config),
    media: browserMedia(),
    listen: listenByWebAudio,
    clock: systemClock,
    keep: (result) => writeStored(KEY, JSON.stringify(result)),
  });
}
