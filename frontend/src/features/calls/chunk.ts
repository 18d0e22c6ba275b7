import { canRecord, startTape } from '../../shared/media/recording/Tape';
import { browserDeps, type CallRecordingWays } from './model/deps';
import { CallEngine } from './model/engine';
import type { IceAnswer } from './model/ice';
import type { CallSocket } from './model/socket';

export { CallLayer } from './ui/CallLayer';

/** What is fetched with the first call. */
export function createEngine(socket: CallSocket, fetchIceServers: () => Promise<IceAnswer>, recording?: Omit<CallRecordingWays, 'startTape'>): CallEngine {
  const deps = browserDeps(socket, fetchIceServers);
  return new CallEngine(recording && canRecord() ? { ...deps, recording: { ...recording, startTape } } : deps);
}
