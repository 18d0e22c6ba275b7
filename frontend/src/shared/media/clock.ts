/** Time as the engine sees it, so that tests can own it. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** One deadline that is set anew or cleared; setting it forgets the one before. */
export class Deadline {
  #cancel: (() => void) | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): boolean {
    return this.#cancel !== undefined;
  }

  set(ms: number, run: () => void): void {
    this.clear();
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined;
      run();
    });
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
