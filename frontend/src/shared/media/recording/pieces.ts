import { codeOf } from '../../lib/errors';
import type { ErrorCode } from '../../wire/errors';
import type { Clock } from '../clock';

/** Sends one piece; says which the server awaits next. */
export type PutPiece = (recordingId: string, number: number, piece: Blob) => Promise<{ next: number }>;

/** Larger ones are cut: the server takes four mebibytes. */
const PIECE_MAX = 2 * 1024 * 1024;
/** The first piece has the whole header in it: browsers give it byte by byte. */
const HEAD_MIN = 1024;
/** What waits while the server can't be reached: several minutes. */
const WAITING_MAX = 128 * 1024 * 1024;
const AGAIN_MS = [500, 1_000, 2_000, 5_000, 10_000];
const PASSING: readonly ErrorCode[] = ['offline', 'timeout', 'busy', 'rate_limited', 'unavailable', 'storage_full', 'internal'];

/** The pieces of a recording on their way to the server: one after the other, each again until it is there. */
export class Pieces {
  readonly #id: string;
  readonly #put: PutPiece;
  readonly #clock: Clock;
  readonly #failed: (code: ErrorCode) => void;
  readonly #waiting: Blob[] = [];
  #head: Blob | undefined = new Blob();
  #bytes = 0;
  #sent = 0;
  #run: Promise<void> | undefined;
  #over = false;

  constructor(id: string, put: PutPiece, clock: Clock, failed: (code: ErrorCode) => void) {
    this.#id = id;
    this.#put = put;
    this.#clock = clock;
    this.#failed = failed;
  }

  add(bytes: Blob): void {
    if (this.#over) return;
    if (this.#head) {
      this.#head = new Blob([this.#head, bytes]);
      if (this.#head.size >= HEAD_MIN) this.#begin();
      return;
    }
    this.#push(bytes);
  }

  #begin(): void {
    const head = this.#head;
    this.#head = undefined;
    if (head) this.#push(head);
  }

  #push(bytes: Blob): void {
    if (bytes.size === 0) return;
    for (let from = 0; from < bytes.size; from += PIECE_MAX) this.#waiting.push(bytes.slice(from, from + PIECE_MAX));
    this.#bytes += bytes.size;
    if (this.#bytes > WAITING_MAX) return this.#fail('offline');
    this.#run ??= this.#sendAll();
  }

  /** How many there are, once all are there; `undefined` where they can't be. */
  async all(): Promise<number | undefined> {
    if (!this.#over) this.#begin();
    await this.#run;
    return this.#over ? undefined : this.#sent;
  }

  drop(): void {
    this.#over = true;
    this.#waiting.length = 0;
  }

  #fail(code: ErrorCode): void {
    this.drop();
    this.#failed(code);
  }

  async #sendAll(): Promise<void> {
    for (let piece = this.#waiting[0]; piece && !this.#over; piece = this.#waiting[0]) {
      if (!(await this.#send(piece))) return;
      this.#waiting.shift();
      this.#bytes -= piece.size;
      this.#sent += 1;
    }
    this.#run = undefined;
  }

  async #send(piece: Blob): Promise<boolean> {
    for (let attempt = 0; !this.#over; attempt += 1) {
      try {
        await this.#put(this.#id, this.#sent, piece);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (!PASSING.includes(code)) {
          if (!this.#isOver()) this.#fail(code);
          return false;
        }
        const wait = AGAIN_MS[Math.min(attempt, AGAIN_MS.length - 1)] ?? 0;
        await new Promise<void>((resolve) => this.#clock.after(wait, resolve));
      }
    }
    return false;
  }

  #isOver(): boolean {
    return this.#over;
  }
}
