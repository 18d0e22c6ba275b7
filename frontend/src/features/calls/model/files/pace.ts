import { CHUNK_BYTES, WINDOW_MAX } from './messages';

const MIN = 2 * CHUNK_BYTES;
const START = 4 * CHUNK_BYTES;
/** So much longer than at its quickest the way may take because of us. */
const QUEUE_MS = 120;
const BACK_OFF = 0.7;

/**
 * How much may be under way: a file must leave room for the voices that go the same way, and a lost packet says too late that
 * it does not. So it goes by how long bytes take to be acknowledged (after RFC 6817), and gives way before the others suffer.
 */
export class Pace {
  window = START;
  #quickest = Infinity;
  #searching = true;
  #backedOffUntil = -1;
  #under: { end: number; at: number }[] = [];

  sent(now: number, end: number): void {
    this.#under.push({ end, at: now });
  }

  acknowledged(now: number, offset: number): void {
    let sentAt: number | undefined;
    while (this.#under[0] && this.#under[0].end <= offset) sentAt = this.#under.shift()?.at;
    if (sentAt === undefined) return;
    const took = now - sentAt;
    this.#quickest = Math.min(this.#quickest, took);
    if (took - this.#quickest <= QUEUE_MS) {
      const grow = this.#searching ? CHUNK_BYTES : (CHUNK_BYTES * CHUNK_BYTES) / this.window;
      this.window = Math.min(WINDOW_MAX, this.window + grow);
    } else if (offset > this.#backedOffUntil) {
      this.#searching = false;
      this.window = Math.max(MIN, this.window * BACK_OFF);
      // What is under way was sent too fast already: it counts once.
      this.#backedOffUntil = this.#under.at(-1)?.end ?? offset;
    }
  }
}

const KEPT_MS = 4_000;
const STEP_MS = 500;

/** Bytes in a second, over the last few. */
export class Speed {
  #marks: { at: number; moved: number }[] = [];

  moved(now: number, moved: number): void {
    const last = this.#marks.at(-1);
    if (last && (moved < last.moved || now - last.at > KEPT_MS)) this.#marks = [];
    else if (last && now - last.at < STEP_MS) return;
    this.#marks.push({ at: now, moved });
    while (this.#marks[1] && now - this.#marks[1].at > KEPT_MS) this.#marks.shift();
  }

  perSecond(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || first === last) return undefined;
    return ((last.moved - first.moved) * 1000) / (last.at - first.at);
  }
}
