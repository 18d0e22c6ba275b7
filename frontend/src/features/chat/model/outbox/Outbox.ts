import { Observable, type Readable } from '../../../../shared/lib/observable';
import type { Entry } from '../../../../shared/wire/types';
import { Items } from './Items';
import { attach, blobIds, isOver, kept, type Change, type Draft, type FileDraft, type KeptBlob, type Outgoing, type Upload } from './outgoing';
import { Sender } from './Sender';
import type { OutboxStorage } from './storage';
import type { TabMessage, Tabs } from './tabs';
import { Turn } from './Turn';

export interface OutboxDeps {
  send: (item: Outgoing) => Promise<Entry>;
  upload?: Upload | undefined;
  /** Told of each message that the server has. */
  onStored: (entry: Entry) => void;
  isOnline: () => boolean;
  makeId: () => string;
  now: () => Date;
  random?: () => number;
  /** Null: what is written lasts as long as the page. */
  storage: OutboxStorage | null;
  /** Null: this is the only tab. */
  tabs: Tabs | null;
}

/** Whether all that is unsent survives the page, is about to, or does not. */
export type Safety = 'kept' | 'storing' | 'page-only';


/**
 * What was written and is not in the log yet. It is kept in the browser before it is sent; of all tabs, the one that holds
 * the lock sends, the others look on. Whoever takes over sends again under the same id, and the server stores once.
 */
export class Outbox {
  readonly #items = new Items();
  readonly #safety = new Observable<Safety>('kept');
  readonly #deps: OutboxDeps;
  readonly #sender: Sender;
  /** Being written to the storage. */
  readonly #storing = new Set<string>();
  /** In this page alone: the storage refused them. */
  readonly #unkept = new Set<string>();
  readonly #blobs = new Map<string, Blob>();
  readonly #turn: Turn;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#sender = new Sender({
      send: deps.send,
      upload: deps.upload,
      blob: (id) => this.blob(id),
      isOnline: deps.isOnline,
      next: (receiverId) => this.#next(receiverId),
      patch: (id, change) => this.#patch(id, change),
      onStored: (item, entry) => this.#stored(item, entry),
      random: deps.random,
    });
    this.#turn = new Turn({
      tabs: deps.tabs,
      isOnline: deps.isOnline,
      hasWork: () => this.items.value.some((item) => item.state !== 'failed' && !isOver(item)),
      onTurn: () => void this.#takeOver(),
    });
  }

  /** In the order of writing. */
  get items(): Readable<readonly Outgoing[]> {
    return this.#items.list;
  }

  get safety(): Readable<Safety> {
    return this.#safety;
  }

  async start(): Promise<void> {
    this.#deps.tabs?.listen((message) => this.#hear(message));
    await this.#load();
    this.wake();
  }

  add(draft: Draft, file?: FileDraft): Outgoing {
    const now = this.#deps.now();
    const files = file && attach(file, this.#deps.makeId);
    for (const { id, blob } of files?.blobs ?? []) this.#blobs.set(id, blob);
    const item: Outgoing = {
      ...draft,
      ...(files && { attachment: files.attachment }),
      clientMessageId: this.#deps.makeId(),
      createdAt: now.toISOString(),
      place: this.#items.nextPlace(this.#deps.now()),
      state: 'waiting',
    };
    this.#insert(item);
    void this.#keep(item, files?.blobs);
    return item;
  }

  /** Of the same kind, one that has not gone out yet gives its place; a deletion makes all others needless. */
  change(receiverId: string, change: Change, message: string): void {
    for (const { clientMessageId, change: other, state } of this.items.value) {
      const same = other?.messageId === change.messageId && (other.kind === change.kind || change.kind === 'deletion');
      if (same && (state === 'waiting' || state === 'failed')) this.remove(clientMessageId);
    }
    this.add({ receiverId, message, change });
  }

  /** A refused message may be sent again only as a new one: nothing is stored under its old id. */
  retry(clientMessageId: string): void {
    const item = this.#items.of(clientMessageId);
    if (item?.state !== 'failed') return;
    const { code: _, ...rest } = item;
    const again: Outgoing = {
      ...rest, clientMessageId: this.#deps.makeId(), createdAt: this.#deps.now().toISOString(), place: this.#items.nextPlace(this.#deps.now()), state: 'waiting',
    };
    // What the storage refused before, it may take now.
    const blobs = blobIds(item).flatMap((id) => ({ id, blob: this.#blobs.get(id) })).filter((each): each is KeptBlob => each.blob !== undefined);
    this.#giveUp(clientMessageId);
    this.#insert(again);
    void this.#keep(again, blobs, clientMessageId);
  }

  /** Given up by the person; what is on its way can't be. */
  remove(clientMessageId: string): void {
    const item = this.#items.of(clientMessageId);
    if (!item || item.state === 'sending' || isOver(item)) return;
    this.#sender.abort(clientMessageId);
    this.#items.setOver(clientMessageId);
    this.#forget(item);
    this.#deps.tabs?.tell({ type: 'gone', clientMessageId });
    this.#pumpAll();
  }

  /** The conversation shows it now, however it came. */
  confirm(clientMessageId: string): void {
    this.#items.setOver(clientMessageId);
    const item = this.#items.of(clientMessageId);
    if (item) this.#forget(item);
  }

  /** The conversation was loaded anew: what the server has is in it, or before it. */
  settle(receiverId: string): void {
    for (const item of this.items.value) if (item.receiverId === receiverId && isOver(item)) this.confirm(item.clientMessageId);
  }

  /** A file that waits here. */
  async blob(id: string): Promise<Blob | undefined> {
    return this.#blobs.get(id) ?? (await this.#deps.storage?.blob(id).catch(() => undefined));
  }

  /** There is a connection again. */
  wake(): void {
    if (!this.#deps.isOnline()) return;
    this.#sender.hurry();
    if (!this.#turn.isHeld) {
      this.#deps.tabs?.tell({ type: 'wake' });
      this.#turn.request();
    }
    this.#pumpAll();
  }

  /** The connection is gone: another tab may have one. */
  rest(): void {
    this.#turn.release();
  }

  stop(): void {
    this.rest();
    this.#sender.stop();
    this.#deps.tabs?.close();
    this.#deps.storage?.close();
  }

  /** It is this tab's turn: what the one before had begun begins again. */
  async #takeOver(): Promise<void> {
    await this.#load();
    this.#items.change((item) => (this.#sender.isBusyWith(item.clientMessageId) ? item : kept(item)));
    this.#pumpAll();
  }

  async #load(): Promise<void> {
    const before = this.items.value;
    const stored = await this.#deps.storage?.all().catch(() => null);
    if (!stored) return;
    const ids = new Set(stored.map((item) => item.clientMessageId));
    for (const { clientMessageId: id, state } of before) {
      if (!ids.has(id) && state !== 'sent' && !this.#storing.has(id) && !this.#unkept.has(id)) this.#drop(id);
    }
    for (const item of stored) {
      if (this.#items.isOver(item.clientMessageId)) this.#forget(item);
      else if (!this.#items.of(item.clientMessageId)) this.#insert(item);
    }
  }

  #hear(message: TabMessage): void {
    this.#turn.listenForSilence();
    if (message.type === 'wake') {
      if (this.#turn.isHeld) this.#sender.hurry();
    } else if (message.type === 'gone') {
      const item = this.#items.of(message.clientMessageId);
      if (item?.state === 'sending' && this.#sender.isBusyWith(item.clientMessageId)) {
        // Too late: it is on its way.
        void this.#keep(item);
        return;
      }
      this.#sender.abort(message.clientMessageId);
      this.#giveUp(message.clientMessageId);
    } else {
      const { item, insteadOf } = message;
      if (insteadOf !== undefined) this.#giveUp(insteadOf);
      if (this.#items.isOver(item.clientMessageId)) return;
      if (this.#items.of(item.clientMessageId)) this.#replace(item);
      else if (!isOver(item)) this.#insert(item);
    }
    this.#pumpAll();
  }

  #next(receiverId: string): Outgoing | undefined {
    const first = this.items.value.find((item) => item.receiverId === receiverId && item.state !== 'failed' && !isOver(item));
    if (first?.state !== 'waiting' || this.#storing.has(first.clientMessageId)) return undefined;
    return this.#turn.isHeld || this.#unkept.has(first.clientMessageId) ? first : undefined;
  }

  #pumpAll(): void {
    for (const receiverId of new Set(this.items.value.map((item) => item.receiverId))) this.#sender.pump(receiverId);
  }

  async #keep(item: Outgoing, blobs: readonly KeptBlob[] = [], insteadOf?: string): Promise<void> {
    const id = item.clientMessageId;
    const { storage } = this.#deps;
    let stored = false;
    if (storage) {
      this.#storing.add(id);
      this.#assess();
      stored = await storage.put(item, blobs, insteadOf).then(() => true, () => false);
      this.#storing.delete(id);
    }
    const now = this.#items.of(id);
    // Taken back, or seen in the log, meanwhile.
    if (stored && !now) void storage?.remove(item).catch(() => undefined);
    if (!now) return;
    if (stored) this.#deps.tabs?.tell({ type: 'put', item: now, ...(insteadOf !== undefined && { insteadOf }) });
    else this.#unkept.add(id);
    this.#assess();
    this.#turn.listenForSilence();
    this.#sender.pump(item.receiverId);
  }

  #stored(item: Outgoing, entry: Entry): void {
    this.#patch(item.clientMessageId, { state: 'sent' });
    void this.#deps.storage?.remove(item).catch(() => undefined);
    this.#deps.onStored(entry);
  }

  #patch(clientMessageId: string, change: Partial<Outgoing>): void {
    const item = this.#items.of(clientMessageId);
    if (!item) return;
    const next = { ...item, ...change };
    this.#replace(next);
    if (this.#unkept.has(clientMessageId)) return;
    this.#deps.tabs?.tell({ type: 'put', item: next });
    if (change.state === 'failed' || 'uploaded' in change) void this.#deps.storage?.put(next).catch(() => undefined);
  }

  #insert(item: Outgoing): void {
    this.#items.insert(item);
    this.#assess();
  }

  #replace(item: Outgoing): void {
    this.#items.replace(item);
    this.#assess();
  }

  #drop(clientMessageId: string): void {
    this.#unkept.delete(clientMessageId);
    this.#items.drop(clientMessageId);
    this.#assess();
  }

  #giveUp(clientMessageId: string): void {
    this.#items.setOver(clientMessageId);
    this.#drop(clientMessageId);
  }

  /** Gone, here and from the storage. */
  #forget(item: Outgoing): void {
    this.#drop(item.clientMessageId);
    for (const id of blobIds(item)) this.#blobs.delete(id);
    void this.#deps.storage?.remove(item).catch(() => undefined);
  }

  #assess(): void {
    const unsent = this.items.value.filter((item) => !isOver(item)).map((item) => item.clientMessageId);
    const storing = unsent.some((id) => this.#storing.has(id));
    this.#safety.set(unsent.some((id) => this.#unkept.has(id)) ? 'page-only' : storing ? 'storing' : 'kept');
  }
}
