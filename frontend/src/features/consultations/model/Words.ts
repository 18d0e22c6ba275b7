import { codeOf, isTransient } from '../../../shared/lib/errors';
import { type Clock, Deadline } from '../../../shared/media/clock';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { KeptWord, RoomApi } from '../api';
import type { Word } from './view';

export interface WordsDeps {
  api: Pick<RoomApi, 'say' | 'words'>;
  clock: Clock;
  newId: () => string;
  /** What there is now, and how many of others' have come since the last time. */
  onChange: (words: Word[], news: number) => void;
  /** Tells the others in the room that there is something to be read. */
  onKept: () => void;
  unsent?: UnsentWords;
}

/** What was written and is not kept yet outlives a reload of the tab. */
export interface UnsentWords {
  read(consultationId: string): Unsent[];
  write(consultationId: string, unsent: readonly Unsent[]): void;
}

export interface Unsent {
  id: string;
  text: string;
  at: number;
}

const UNSENT_MAX = 50;
const AGAIN_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** What others say is heard of by a message of theirs, which can get lost. */
const LOOK_MS = 20_000;

/**
 * What is said to everybody in a consultation. The server keeps it; a word of ours is sent under the id that it keeps until
 * the server has it, and what others said is read from the last that is known.
 */
export class Words {
  readonly #deps: WordsDeps;
  readonly #again: Deadline;
  readonly #due: Deadline;
  #consultationId: string | undefined;
  readonly #kept = new Map<number, KeptWord>();
  #last = 0;
  #unsent: (Unsent & { failed?: ErrorCode })[] = [];
  #sending = false;
  #reading = false;
  #more = false;
  #known = false;
  #tries = 0;
  #news = 0;
  #closed = false;

  constructor(deps: WordsDeps) {
    this.#deps = deps;
    this.#again = new Deadline(deps.clock);
    this.#due = new Deadline(deps.clock);
  }

  /** In this consultation from now on. */
  begin(consultationId: string): void {
    if (this.#consultationId === consultationId) return;
    this.#consultationId = consultationId;
    this.#kept.clear();
    this.#last = 0;
    this.#known = false;
    this.#unsent = this.#deps.unsent?.read(consultationId) ?? [];
    this.#changed();
    this.look();
    void this.#send();
  }

  write(text: string): void {
    const words = text.trim();
    if (words === '' || this.#unsent.length >= UNSENT_MAX) return;
    this.#unsent.push({ id: this.#deps.newId(), text: words, at: this.#deps.clock.now() });
    this.#store();
    this.#changed();
    void this.#send();
  }

  /** What could not be sent once more. */
  retry(): void {
    this.#unsent = this.#unsent.map(({ id, text, at }) => ({ id, text, at }));
    this.#tries = 0;
    this.#changed();
    void this.#send();
  }

  /** Reads what has come since the last that was read, which is not the last of ours: others may have spoken before it; also after a connection was lost. */
  look(): void {
    if (this.#closed || this.#consultationId === undefined) return;
    if (this.#reading) {
      this.#more = true;
      return;
    }
    void this.#read();
  }

  close(): void {
    this.#closed = true;
    this.#again.clear();
    this.#due.clear();
  }

  async #read(): Promise<void> {
    const of = this.#consultationId;
    this.#reading = true;
    this.#more = false;
    try {
      for (let next: number | undefined = this.#last; next !== undefined; ) {
        const page = await this.#deps.api.words(next, of);
        if (this.#isOver() || of !== this.#consultationId || page.consultationId !== of) break;
        for (const word of page.words) this.#take(word);
        // Places that are for others only are gone past too.
        this.#last = Math.max(this.#last, page.next ?? page.words.at(-1)?.number ?? 0);
        next = page.next;
      }
      this.#known = true;
    } catch {
      // It is asked for again in a while.
    }
    this.#reading = false;
    if (this.#isOver()) return;
    this.#changed();
    if (this.#wantsMore(of)) return this.look();
    this.#due.set(LOOK_MS, () => this.look());
  }

  async #send(): Promise<void> {
    if (this.#sending || this.#closed) return;
    this.#sending = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { id, text } = next;
      try {
        const { words } = await this.#deps.api.say(id, text, this.#consultationId);
        if (this.#isOver()) break;
        this.#unsent = this.#unsent.filter((one) => one.id !== id);
        for (const word of words) this.#take(word);
        this.#tries = 0;
        this.#store();
        this.#changed();
        this.#deps.onKept();
      } catch (error) {
        const code = codeOf(error);
        if (isTransient(code)) {
          this.#again.set(AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)] ?? 0, () => void this.#send());
          this.#tries += 1;
          break;
        }
        this.#unsent = this.#unsent.map((one) => (one.id === id ? { ...one, failed: code } : one));
        this.#changed();
      }
    }
    this.#sending = false;
  }

  /** Asked anew after each answer that was waited for. */
  #isOver(): boolean {
    return this.#closed;
  }

  #wantsMore(of: string | undefined): boolean {
    return this.#more || of !== this.#consultationId;
  }

  #next(): Unsent | undefined {
    return this.#closed ? undefined : this.#unsent.find(({ failed }) => failed === undefined);
  }

  #take(word: KeptWord): void {
    if (this.#kept.has(word.number)) return;
    this.#kept.set(word.number, word);
    if (word.clientMessageId === undefined && this.#known) this.#news += 1;
  }

  #store(): void {
    if (this.#consultationId !== undefined) this.#deps.unsent?.write(this.#consultationId, this.#unsent);
  }

  #changed(): void {
    const kept = [...this.#kept.values()].sort((a, b) => a.number - b.number);
    const own = new Set(kept.map(({ clientMessageId }) => clientMessageId));
    const waiting = this.#unsent.filter(({ id }) => !own.has(id));
    const news = this.#news;
    this.#news = 0;
    this.#deps.onChange(
      [
        ...kept.map(({ number, name, text, at, clientMessageId }): Word => ({ id: clientMessageId ?? `kept ${number}`, name, text, mine: clientMessageId !== undefined, at: Date.parse(at) })),
        ...waiting.map(({ id, text, at, failed }): Word => ({ id, name: '', text, mine: true, at, state: failed ? 'failed' : 'waiting' })),
      ],
      news,
    );
  }
}

const keyOf = (consultationId: string) => `moodbites.words.${consultationId}`;

/** In the tab's own storage; where there is none they live as long as the page. */
export const tabUnsent: UnsentWords = {
  read(consultationId) {
    try {
      const stored: unknown = JSON.parse(sessionStorage.getItem(keyOf(consultationId)) ?? '[]');
      const fits = (one: Partial<Unsent>): one is Unsent => typeof one.id === 'string' && typeof one.text === 'string' && typeof one.at === 'number';
      return Array.isArray(stored) ? (stored as Partial<Unsent>[]).filter(fits).slice(0, UNSENT_MAX) : [];
    } catch {
      return [];
    }
  },
  write(consultationId, unsent) {
    try {
      if (unsent.length === 0) sessionStorage.removeItem(keyOf(consultationId));
      else sessionStorage.setItem(keyOf(consultationId), JSON.stringify(unsent.map(({ id, text, at }) => ({ id, text, at }))));
    } catch {
      // then a reload loses them
    }
  },
};
