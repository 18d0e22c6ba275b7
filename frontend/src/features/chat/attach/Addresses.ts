import { Observable, type Readable } from '../../../shared/lib/observable';
import type { EntriesPage, Entry } from '../../../shared/wire/types';

/** Where a message's file is to be had, for a day from when the server said it. */
type Signed = { [Name in 'fileUrl' | 'audioUrl' | 'thumbnailUrl']: string | undefined };

/** So long before its end an address counts as ended: what is opened then still has to load. */
const MARGIN_MS = 60_000;
const REMEMBERED = 500;

/** Whether the address says that its time is over. */
export function isExpired(address: string | undefined, now: number): boolean {
  const expires = Number(/[?&]expires=(\d+)/.exec(address ?? '')?.[1] ?? NaN);
  return expires * 1000 - MARGIN_MS < now;
}

/** New addresses for the files of messages that have lain in an open page for longer than theirs hold. */
export class Addresses {
  readonly #fresh = new Observable<ReadonlyMap<string, Signed>>(new Map());
  readonly #asked = new Set<string>();

  constructor(
    private readonly entries: (conversationId: string, before: number) => Promise<Pick<EntriesPage, 'entries'>>,
    private readonly now: () => number = Date.now,
  ) {}

  /** By the message's id. */
  get fresh(): Readable<ReadonlyMap<string, Signed>> {
    return this.#fresh;
  }

  /** Asks once for the page that ends with this message; whatever else is in it is renewed, too. */
  async renew({ conversationId, messageId, seq }: Entry): Promise<void> {
    const known = this.#fresh.value.get(messageId);
    if (this.#asked.has(messageId) || (known && !isExpired(known.fileUrl ?? known.audioUrl, this.now()))) return;
    this.#asked.add(messageId);
    try {
      const { entries } = await this.entries(conversationId, seq + 1);
      const signed = entries.filter(({ fileUrl, audioUrl }) => fileUrl !== undefined || audioUrl !== undefined);
      const all = [...this.#fresh.value, ...signed.map(({ messageId: id, fileUrl, audioUrl, thumbnailUrl }) => [id, { fileUrl, audioUrl, thumbnailUrl }] as [string, Signed])];
      this.#fresh.set(new Map(all.slice(-REMEMBERED)));
    } catch {
      // Without a network: the next time it is shown.
    } finally {
      this.#asked.delete(messageId);
    }
  }
}
