/** Ends by itself if nothing follows: the other's connection may be gone. */
const SHOWN_MS = 6000;
/** Said again this often while it goes on. */
const REPEAT_MS = 3000;
/** No key for so long means stopped. */
const IDLE_MS = 5000;

/** Who is writing to us. */
export class TypingShown {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly show: (userId: string, typing: boolean) => void) {}

  set(userId: string, typing: boolean): void {
    clearTimeout(this.#timers.get(userId));
    this.#timers.delete(userId);
    this.show(userId, typing);
    if (typing) this.#timers.set(userId, setTimeout(() => this.set(userId, false), SHOWN_MS));
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** What we say of our own writing. */
export class TypingSender {
  #receiver: string | null = null;
  #saidAt = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly say: (receiverId: string, isTyping: boolean) => void,
    private readonly now: () => number = () => Date.now(),
  ) {}

  /** A key was pressed in the message to this person. */
  typed(receiverId: string): void {
    if (this.#receiver !== receiverId) this.stopped();
    if (this.#receiver === null || this.now() - this.#saidAt >= REPEAT_MS) {
      this.#receiver = receiverId;
      this.#saidAt = this.now();
      this.say(receiverId, true);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stopped(), IDLE_MS);
  }

  /** Sent, emptied, left or idle. */
  stopped(): void {
    clearTimeout(this.#idle);
    if (this.#receiver === null) return;
    this.say(this.#receiver, false);
    this.#receiver = null;
  }
}
