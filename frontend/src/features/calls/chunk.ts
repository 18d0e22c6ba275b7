import { browserDeps } from './model/deps';
import { CallEngine } from './model/engine';
import type { IceAnswer } from './model/ice';
import type { CallSocket } from './model/socket';

export { CallLayer } from './ui/CallLayer';

/** What is fetched with the first call. */
export function createEngine(socket: CallSocket, fetchIceServers: () => Promise<IceAnswer>): CallEngine {
  return new CallEngine(browserDeps(socket, fetchIceServers));
}
