import { type Clock, Deadline } from '../../../shared/media/clock';
import type { Pair } from './pair';

const KEPT_MS = 2 * 60_000;

/**
 * The connection of the last call, kept for a while in case the two talk again: then there is nothing to be found and agreed
 * on any more. Nothing flows on it between calls. One at most, and none once the person signs out.
 */
export class WarmPairs {
  readonly #due: Deadline;
  #kept: { userId: string; relayOnly: boolean; pair: Pair } | undefined;

  constructor(clock: Clock) {
    this.#due = new Deadline(clock);
  }

  keep(userId: string, relayOnly: boolean, pair: Pair): void {
    this.close();
    this.#kept = { userId, relayOnly, pair };
    this.#due.set(KEPT_MS, () => this.close());
  }

  /** Whether there is one with that person that still stands and goes the way that is wanted. */
  has(userId: string, relayOnly: boolean): boolean {
    const kept = this.#kept;
    return kept?.userId === userId && kept.relayOnly === relayOnly && kept.pair.stands;
  }

  take(userId: string, relayOnly: boolean): Pair | undefined {
    if (!this.has(userId, relayOnly)) return undefined;
    const pair = this.#kept?.pair;
    this.#kept = undefined;
    this.#due.clear();
    return pair;
  }

  close(): void {
    this.#due.clear();
    this.#kept?.pair.close();
    this.#kept = undefined;
  }
}
