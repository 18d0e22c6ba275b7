import { backoffMs } from '../../../../shared/lib/backoff';
import { AppError, codeOf, isTransient } from '../../../../shared/lib/errors';
import type { Entry } from '../../../../shared/wire/types';
import type { Outgoing, Upload } from './outgoing';

export interface SenderDeps {
  send: (item: Outgoing) => Promise<Entry>;
  upload?: Upload | undefined;
  blob: (id: string) => Promise<Blob | undefined>;
  isOnline: () => boolean;
  /** The first of what waits for this person, if it may go out from here and now. */
  next: (receiverId: string) => Outgoing | undefined;
  patch: (clientMessageId: string, change: Partial<Outgoing>) => void;
  /** The server has it. */
  onStored: (item: Outgoing, entry: Entry) => void;
  random?: (() => number) | undefined;
}

/**
 * To each person one at a time, in the order of writing, since a message may not overtake another; the same
 * `clientMessageId` at every try, so that a lost acknowledgement makes no double.
 */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #busy = new Map<string, { id: string; abort: AbortController }>();
  readonly #attempts = new Map<string, number>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  pump(receiverId: string): void {
    if (this.#stopped || this.#busy.has(receiverId) || this.#timers.has(receiverId) || !this.#deps.isOnline()) return;
    const next = this.#deps.next(receiverId);
    if (!next) return;
    const abort = new AbortController();
    this.#busy.set(receiverId, { id: next.clientMessageId, abort });
    void this.#take(next, abort.signal).finally(() => {
      this.#busy.delete(receiverId);
      this.pump(receiverId);
    });
  }

  /** Nobody waits any longer than now. */
  hurry(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#attempts.clear();
  }

  isBusyWith(clientMessageId: string): boolean {
    return [...this.#busy.values()].some(({ id }) => id === clientMessageId);
  }

  /** Ends the upload of what is not wanted any more. */
  abort(clientMessageId: string): void {
    for (const { id, abort } of this.#busy.values()) if (id === clientMessageId) abort.abort();
  }

  stop(): void {
    this.#stopped = true;
    this.hurry();
    for (const { abort } of this.#busy.values()) abort.abort();
  }

  async #take(item: Outgoing, signal: AbortSignal): Promise<void> {
    let ready = item;
    try {
      if (item.attachment && !item.uploaded) ready = await this.#upload(item, signal);
      if (signal.aborted) return;
      this.#deps.patch(item.clientMessageId, { state: 'sending' });
      const entry = await this.#deps.send(ready);
      this.#attempts.delete(item.receiverId);
      this.#deps.onStored(ready, entry);
    } catch (error) {
      if (!signal.aborted) this.#failed(ready, error);
    }
  }

  async #upload(item: Outgoing, signal: AbortSignal): Promise<Outgoing> {
    const { upload, blob } = this.#deps;
    const { attachment, clientMessageId } = item;
    if (!attachment || !upload) throw new AppError('internal');
    this.#deps.patch(clientMessageId, { state: 'uploading', progress: 0 });
    const bytes = await blob(attachment.blobId);
    if (!bytes) throw new AppError('upload_not_found');
    const thumbnail = attachment.thumbnailBlobId === undefined ? undefined : await blob(attachment.thumbnailBlobId);
    const uploaded = await upload(item, bytes, thumbnail ?? null, (progress) => this.#deps.patch(clientMessageId, { progress }), signal);
    if (!signal.aborted) this.#deps.patch(clientMessageId, { uploaded });
    return { ...item, uploaded };
  }

  #failed(item: Outgoing, error: unknown): void {
    const code = codeOf(error);
    // It lay here for longer than the server keeps a file without a message: bring it again, once.
    const stale = code === 'upload_not_found' && item.uploaded !== undefined && !this.#attempts.has(item.receiverId);
    if (!stale && !isTransient(code)) {
      this.#deps.patch(item.clientMessageId, { state: 'failed', code });
      return;
    }
    this.#deps.patch(item.clientMessageId, stale ? { state: 'waiting', uploaded: undefined } : { state: 'waiting' });
    // Offline: `hurry` comes when there is a connection.
    if (this.#deps.isOnline()) this.#pause(item.receiverId, error instanceof AppError ? error.retryAfterMs : undefined);
  }

  #pause(receiverId: string, atLeastMs = 0): void {
    const attempt = this.#attempts.get(receiverId) ?? 0;
    this.#attempts.set(receiverId, attempt + 1);
    const wait = Math.max(atLeastMs, backoffMs(attempt, this.#deps.random));
    const timer = setTimeout(() => {
      this.#timers.delete(receiverId);
      this.pump(receiverId);
    }, wait);
    this.#timers.set(receiverId, timer);
  }
}
