import { backoffMs } from '../../../shared/lib/backoff';
import { AppError, codeOf, isTransient } from '../../../shared/lib/errors';
import { Observable, type Readable } from '../../../shared/lib/observable';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { Entry } from '../../../shared/wire/types';

/** A message that is not in the conversation yet. */
export interface Outgoing {
  clientMessageId: string;
  receiverId: string;
  message: string;
  createdAt: string;
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  /** Why it failed. */
  code?: ErrorCode;
}

export interface OutboxDeps {
  send: (item: Outgoing) => Promise<Entry>;
  /** Told of each message that the server has. */
  onStored: (entry: Entry) => void;
  isOnline: () => boolean;
  makeId: () => string;
  now: () => Date;
  random?: () => number;
}

/**
 * What was written and is not acknowledged yet. To each person one at a time, in the order of writing, since a message may
 * not overtake another; the same `clientMessageId` at every try, so that a lost acknowledgement makes no double.
 */
export class Outbox {
  readonly #items = new Observable<readonly Outgoing[]>([]);
  readonly #deps: OutboxDeps;
  readonly #busy = new Set<string>();
  readonly #attempts = new Map<string, number>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  get items(): Readable<readonly Outgoing[]> {
    return this.#items;
  }

  add(receiverId: string, message: string): void {
    const item: Outgoing = {
      clientMessageId: this.#deps.makeId(),
      receiverId,
      message,
      createdAt: this.#deps.now().toISOString(),
      state: 'waiting',
    };
    this.#items.update((items) => [...items, item]);
    this.#pump(receiverId);
  }

  /** A refused message may be sent again only as a new one: nothing is stored under its old id. */
  retry(clientMessageId: string): void {
    const item = this.#items.value.find((each) => each.clientMessageId === clientMessageId);
    if (item?.state !== 'failed') return;
    const { code: _, ...rest } = item;
    const again: Outgoing = {
      ...rest,
      clientMessageId: this.#deps.makeId(),
      createdAt: this.#deps.now().toISOString(),
      state: 'waiting',
    };
    this.#items.update((items) => [...items.filter((each) => each !== item), again]);
    this.#pump(item.receiverId);
  }

  remove(clientMessageId: string): void {
    this.#items.update((items) =>
      items.filter((item) => item.clientMessageId !== clientMessageId || item.state === 'sending'),
    );
  }

  /** The conversation shows it now, however it came. */
  confirm(clientMessageId: string): void {
    if (!this.#items.value.some((item) => item.clientMessageId === clientMessageId)) return;
    this.#items.update((items) => items.filter((item) => item.clientMessageId !== clientMessageId));
  }

  /** There is a connection again. */
  wake(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#attempts.clear();
    for (const receiverId of new Set(this.#items.value.map((item) => item.receiverId))) this.#pump(receiverId);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #patch(clientMessageId: string, change: Partial<Outgoing>): void {
    this.#items.update((items) =>
      items.map((item) => (item.clientMessageId === clientMessageId ? { ...item, ...change } : item)),
    );
  }

  #pump(receiverId: string): void {
    if (this.#busy.has(receiverId) || this.#timers.has(receiverId) || !this.#deps.isOnline()) return;
    const next = this.#items.value.find((item) => item.receiverId === receiverId && item.state === 'waiting');
    if (!next) return;
    this.#busy.add(receiverId);
    this.#patch(next.clientMessageId, { state: 'sending' });
    void this.#send(next).finally(() => {
      this.#busy.delete(receiverId);
      this.#pump(receiverId);
    });
  }

  async #send(item: Outgoing): Promise<void> {
    try {
      const entry = await this.#deps.send(item);
      this.#attempts.delete(item.receiverId);
      this.#patch(item.clientMessageId, { state: 'sent' });
      this.#deps.onStored(entry);
    } catch (error) {
      const code = codeOf(error);
      if (!isTransient(code)) {
        this.#patch(item.clientMessageId, { state: 'failed', code });
        return;
      }
      this.#patch(item.clientMessageId, { state: 'waiting' });
      // Offline: `wake` comes when there is a connection.
      if (this.#deps.isOnline()) this.#pause(item.receiverId, error instanceof AppError ? error.retryAfterMs : undefined);
    }
  }

  #pause(receiverId: string, atLeastMs = 0): void {
    const attempt = this.#attempts.get(receiverId) ?? 0;
    this.#attempts.set(receiverId, attempt + 1);
    const wait = Math.max(atLeastMs, backoffMs(attempt, this.#deps.random));
    const timer = setTimeout(() => {
      this.#timers.delete(receiverId);
      this.#pump(receiverId);
    }, wait);
    this.#timers.set(receiverId, timer);
  }
}
