import { type Clock, Deadline } from '../../../shared/media/clock';

/** What `GET /api/ice-servers` says: the way to be reached, and until when it holds. */
export interface IceAnswer {
  iceServers: RTCIceServer[];
  expiresAt?: string;
}

/** Asked anew this long before they end, so that no call begins with some that are about to. */
const MARGIN_MS = 60_000;
/** Two clocks may differ by much: neither less nor more than this is believed. */
const SHORTEST_MS = 2 * MARGIN_MS;
const LONGEST_MS = 15 * 60_000;
const WAIT_MS = 3_000;

/** The servers by which two browsers find each other, fetched ahead and kept as long as their credentials hold. */
export class IceServers {
  readonly #fetch: () => Promise<IceAnswer>;
  readonly #clock: Clock;
  #known: { servers: RTCIceServer[]; until: number } | undefined;
  #asking: Promise<void> | undefined;

  constructor(fetch: () => Promise<IceAnswer>, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Those that hold, if any are known. */
  get known(): RTCIceServer[] | undefined {
    return this.#fresh() ? this.#known?.servers : undefined;
  }

  /** Those that hold; waits a little for them. Without any a call tries what it can. */
  async get(): Promise<RTCIceServer[]> {
    if (!this.#fresh()) {
      this.#asking ??= this.#ask();
      const due = new Deadline(this.#clock);
      await Promise.race([this.#asking, new Promise<void>((resolve) => due.set(WAIT_MS, resolve))]);
      due.clear();
    }
    // Older ones are better than none: STUN needs no credentials.
    return this.#known?.servers ?? [];
  }

  /** When those that are known should be asked for again. */
  get renewInMs(): number {
    return Math.max(0, (this.#known?.until ?? 0) - MARGIN_MS - this.#clock.now());
  }

  /** What the server has said, asked or not: the answer to a call has them too. */
  learn({ iceServers, expiresAt }: Partial<IceAnswer>): void {
    if (!iceServers) return;
    const lasts = expiresAt === undefined ? LONGEST_MS : Date.parse(expiresAt) - this.#clock.now();
    this.#known = { servers: iceServers, until: this.#clock.now() + Math.min(Math.max(lasts, SHORTEST_MS), LONGEST_MS) };
  }

  #fresh(): boolean {
    return this.#known !== undefined && this.renewInMs > 0;
  }

  async #ask(): Promise<void> {
    try {
      this.learn(await this.#fetch());
    } catch {
      // What was known stays; the next call asks again.
    } finally {
      this.#asking = undefined;
    }
  }
}

/** Whether a call can go by one of these without showing where its people are. */
export function hasRelay(servers: readonly RTCIceServer[]): boolean {
  return servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
}
