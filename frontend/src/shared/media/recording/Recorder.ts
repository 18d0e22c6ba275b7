import type { ErrorCode } from '../../wire/errors';
import { type Clock, Deadline } from '../clock';
import type { Scene } from './composer';
import type { PutPiece } from './pieces';
import type { StartTape, Tape } from './Tape';

/** The version of the words that are agreed to, of a call's and a room's: another one when they change, here and in the server. */
export const CONSENT = 1;

/** The server ends one a little later. */
const LONGEST_MS = 2 * 60 * 60_000;

/** What it takes to make one. */
export interface RecordingWays {
  put: PutPiece;
  startTape: StartTape;
}

export interface RecorderDeps {
  clock: Clock;
  ways: RecordingWays | undefined;
  /** The server is to hear that nothing more comes to be recorded. */
  stopped: (id: string) => void;
  /** All of it is at the server. */
  sent: (id: string, done: { chunks: number; durationMs: number }) => Promise<unknown>;
  failed: (code: ErrorCode) => void;
}

/** The one recording that this page makes at most, from when it may run until all of it is sent or none of it is wanted. */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #longest: Deadline;
  #id = '';
  #tape: Tape | undefined;
  /** The last of it is on its way. */
  #ending: Tape | undefined;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#longest = new Deadline(deps.clock);
  }

  /** Whether this browser can make one. */
  get possible(): boolean {
    return this.#deps.ways !== undefined;
  }

  get running(): boolean {
    return this.#tape !== undefined;
  }

  start(id: string, scene: Scene): void {
    const { ways, clock, failed, stopped } = this.#deps;
    if (this.#tape || !ways) return;
    this.#id = id;
    this.#longest.set(LONGEST_MS, () => void this.finish());
    this.#tape = ways.startTape(id, scene, {
      put: ways.put,
      clock,
      failed: (problem) => {
        failed(problem);
        this.drop();
        // What had come is kept, unless it is just that which is over.
        stopped(id);
      },
    });
  }

  async finish(): Promise<void> {
    const tape = this.#tape;
    const id = this.#id;
    if (!tape) return;
    this.#tape = undefined;
    this.#ending = tape;
    this.#longest.clear();
    this.#deps.stopped(id);
    const done = await tape.finish();
    this.#ending = undefined;
    if (done) await this.#deps.sent(id, done);
  }

  /** Nothing of it is to be left. */
  drop(): void {
    this.#tape?.drop();
    this.#ending?.drop();
    this.#tape = this.#ending = undefined;
    this.#longest.clear();
  }
}
