import { isTransient, codeOf } from '../../../shared/lib/errors';
import type { SyncAnswer } from '../../../shared/wire/types';

const RETRY_MS = 3000;

export interface SyncerDeps {
  ask: (question: { epoch: string; conversations: Record<string, number> }) => Promise<SyncAnswer>;
  /** The last `seq` of each conversation that we know. */
  positions: () => Record<string, number>;
  /** Takes an answer in; true where there is more to ask for. */
  apply: (answer: SyncAnswer) => boolean;
  isOnline: () => boolean;
  onBusy: (busy: boolean) => void;
}

/** Asks for what we missed, one question at a time, until nothing is missing. */
export class Syncer {
  /** Of the server's store; empty until the inbox told it. */
  epoch = '';
  readonly #deps: SyncerDeps;
  #asking = false;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: SyncerDeps) {
    this.#deps = deps;
  }

  request(): void {
    if (this.#asking) this.#again = true;
    else if (this.epoch !== '' && this.#deps.isOnline()) void this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#asking = true;
    clearTimeout(this.#timer);
    this.#deps.onBusy(true);
    try {
      do {
        this.#again = false;
        const answer = await this.#deps.ask({ epoch: this.epoch, conversations: this.#deps.positions() });
        this.epoch = answer.epoch;
        if (this.#deps.apply(answer)) this.#again = true;
      } while (this.#again);
    } catch (error) {
      // Without a connection, the next one asks.
      if (this.#deps.isOnline() && isTransient(codeOf(error))) this.#timer = setTimeout(() => this.request(), RETRY_MS);
    } finally {
      this.#asking = false;
      this.#deps.onBusy(false);
    }
  }
}
