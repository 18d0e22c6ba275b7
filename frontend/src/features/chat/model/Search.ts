import { codeOf } from '../../../shared/lib/errors';
import { Observable, type Readable } from '../../../shared/lib/observable';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { Entry } from '../../../shared/wire/types';
import type { ChatApi } from '../api';

export interface SearchState {
  /** What the results are for; empty where nothing is asked. */
  q: string;
  phase: 'idle' | 'busy' | 'done' | 'failed';
  problem: ErrorCode | null;
  /** Newest first. */
  results: readonly Entry[];
  more: boolean;
}

const NOTHING: SearchState = { q: '', phase: 'idle', problem: null, results: [], more: false };
/** A pause in typing. */
const PAUSE_MS = 250;
/** What the server takes. */
export const LONGEST = 200;
/** One letter would find everything; an ideograph is a word. */
const isShort = (q: string) => q.length < 2 && !/\p{Ideographic}/u.test(q);

/** What was written that has all the words; the server knows, also of what is not loaded here. */
export class Search {
  readonly #state = new Observable<SearchState>(NOTHING);
  #next: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Answers to older questions are dropped. */
  #round = 0;

  constructor(
    private readonly api: Pick<ChatApi, 'search'>,
    private readonly conversationId?: string,
  ) {}

  get state(): Readable<SearchState> {
    return this.#state;
  }

  ask(text: string): void {
    const q = text.trim();
    clearTimeout(this.#timer);
    this.#round += 1;
    if (isShort(q)) {
      this.#state.set(NOTHING);
      return;
    }
    this.#state.update((state) => ({ ...state, q, phase: 'busy', problem: null }));
    this.#timer = setTimeout(() => void this.#fetch(q, []), PAUSE_MS);
  }

  /** Older ones. */
  more(): Promise<void> {
    const { q, phase, results } = this.#state.value;
    if (this.#next === null || phase === 'busy') return Promise.resolve();
    this.#state.update((state) => ({ ...state, phase: 'busy' }));
    return this.#fetch(q, results, this.#next);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
  }

  async #fetch(q: string, before: readonly Entry[], cursor?: string): Promise<void> {
    const round = this.#round;
    const where = this.conversationId === undefined ? {} : { conversationId: this.conversationId };
    try {
      const page = await this.api.search({ q, ...where, ...(cursor !== undefined && { before: cursor }) });
      if (round !== this.#round) return;
      this.#next = page.next;
      this.#state.set({ q, phase: 'done', problem: null, results: [...before, ...page.results], more: page.next !== null });
    } catch (error) {
      if (round === this.#round) this.#state.update((state) => ({ ...state, phase: 'failed', problem: codeOf(error), results: before }));
    }
  }
}
