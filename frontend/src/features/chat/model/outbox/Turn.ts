import type { Tabs } from './tabs';

export interface TurnDeps {
  /** Null: this is the only tab. */
  tabs: Tabs | null;
  isOnline: () => boolean;
  /** Whether anything waits for somebody to send it. */
  hasWork: () => boolean;
  onTurn: () => void;
}

/** With a connection, a visible tab waits this long for the one whose turn it is. */
const SILENT_MS = 20_000;

/** Whose turn it is to send: one tab of all, and only while it has a connection. */
export class Turn {
  #held = false;
  readonly #deps: TurnDeps;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: TurnDeps) {
    this.#deps = deps;
    this.#held = deps.tabs === null;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  request(atOnce = false): void {
    if (this.#held) return;
    const onHeld = () => {
      clearTimeout(this.#silence);
      this.#held = true;
      this.#deps.onTurn();
    };
    const onLost = () => {
      this.#held = false;
      if (this.#deps.isOnline()) this.request();
    };
    this.#deps.tabs?.request(onHeld, onLost, atOnce);
    this.listenForSilence();
  }

  release(): void {
    clearTimeout(this.#silence);
    if (!this.#deps.tabs) return;
    this.#held = false;
    this.#deps.tabs.release();
  }

  /** A tab that the system has put to sleep may hold the lock and send nothing: begins anew at each word from it. */
  listenForSilence(): void {
    clearTimeout(this.#silence);
    if (this.#held || !this.#deps.hasWork()) return;
    this.#silence = setTimeout(() => {
      if (this.#held || !this.#deps.isOnline()) return;
      if (document.visibilityState === 'visible') this.request(true);
      else this.listenForSilence();
    }, SILENT_MS);
  }
}
