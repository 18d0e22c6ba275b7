/** After so long without a word from the server. */
const SILENCE_MS = 30_000;

export interface ProverDeps {
  /** Whether we have what the server has; rejects where it can't be asked. */
  ask: () => Promise<boolean>;
  isReady: () => boolean;
  onDifferent: () => void;
}

/**
 * A push may be lost without a sign: so it is asked now and then whether anything is missing, when the person comes back
 * to the page and when it was silent for long.
 */
export class Prover {
  readonly #deps: ProverDeps;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #stop: (() => void) | null = null;

  constructor(deps: ProverDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#stop) return;
    const look = () => void this.prove();
    const seen = () => {
      if (document.visibilityState === 'visible') look();
    };
    for (const event of ['focus', 'online', 'pageshow'] as const) window.addEventListener(event, look);
    document.addEventListener('visibilitychange', seen);
    this.#stop = () => {
      for (const event of ['focus', 'online', 'pageshow'] as const) window.removeEventListener(event, look);
      document.removeEventListener('visibilitychange', seen);
    };
    this.heard();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
    clearTimeout(this.#timer);
  }

  /** The server said something. */
  heard(): void {
    clearTimeout(this.#timer);
    if (this.#stop) this.#timer = setTimeout(() => void this.prove(), SILENCE_MS);
  }

  async prove(): Promise<void> {
    if (this.#asking || !this.#deps.isReady()) {
      this.heard();
      return;
    }
    this.#asking = true;
    try {
      if (!(await this.#deps.ask())) this.#deps.onDifferent();
    } catch {
      // A connection that is gone is noticed elsewhere, and the next one asks for everything.
    } finally {
      this.#asking = false;
      this.heard();
    }
  }
}
