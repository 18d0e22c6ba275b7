import { randomId } from '../../../shared/lib/ids';
import { codeOf } from '../../../shared/lib/errors';
import { Observable, type Readable } from '../../../shared/lib/observable';
import type { Connection } from '../../../shared/socket';
import type { Contact, Entry, Inbox, SyncAnswer } from '../../../shared/wire/types';
import type { ChatApi } from '../api';
import { Drafts } from './Drafts';
import { append, appendAll, countsAsUnread, firstSeq, hasOlder, lastSeq, prependAll, unreadAfter } from './log';
import { Outbox } from './outbox/Outbox';
import type { FileDraft, Outgoing, Upload } from './outbox/outgoing';
import type { OutboxStorage } from './outbox/storage';
import type { Tabs } from './outbox/tabs';
import { sendOutgoing } from './outbox/send';
import { growReceipt, ReceiptSender } from './Receipts';
import { emptyRoom, growReceipts, roomFromInbox, withRead, type ChatState, type Room } from './room';
import { Syncer } from './Syncer';
import { TypingSender, TypingShown } from './Typing';

export interface ChatDeps {
  userId: string;
  connection: Pick<Connection, 'on' | 'emitNow' | 'emitWithAck' | 'phase'>;
  api: ChatApi;
  /** Brings files to the server. */
  upload?: Upload;
  /** Where what is unsent survives the page, and the other tabs of this person; without them, this page is all there is. */
  storage?: OutboxStorage;
  tabs?: Tabs;
}

/** Loaded at once when a conversation opens: about a screen and a half. */
const FIRST_PAGE = 30;

/** All conversations of one person. Push is a hint: whatever it leaves out, `sync` brings. */
export class ChatStore {
  readonly userId: string;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly typing: TypingSender;
  readonly #state = new Observable<ChatState>({ phase: 'loading', problem: null, catchingUp: false, rooms: new Map() });
  readonly #deps: ChatDeps;
  readonly #receipts: ReceiptSender;
  readonly #typingShown: TypingShown;
  readonly #syncer: Syncer;
  readonly #arrivals = new Set<(entry: Entry, from: Contact) => void>();
  #open: string | null = null;
  #loading = false;
  #wasOnline = false;
  #stops: (() => void)[] = [];

  constructor(deps: ChatDeps) {
    const { connection, userId } = deps;
    const isOnline = () => connection.phase.value === 'online';
    this.userId = userId;
    this.#deps = deps;
    this.drafts = new Drafts(userId);
    this.outbox = new Outbox({
      send: (item) => sendOutgoing(connection, item),
      upload: deps.upload,
      storage: deps.storage ?? null,
      tabs: deps.tabs ?? null,
      onStored: (entry) => this.#receive(entry),
      isOnline,
      makeId: randomId,
      now: () => new Date(),
    });
    this.#receipts = new ReceiptSender({
      send: (kind, conversationId, seq) => connection.emitWithAck(kind, { conversationId, seq }),
      isOnline,
    });
    this.typing = new TypingSender((receiverId, isTyping) => connection.emitNow('typing', { receiverId, isTyping }));
    this.#typingShown = new TypingShown((other, typing) => this.#patch(other, { typing }));
    this.#syncer = new Syncer({
      ask: (question) => connection.emitWithAck('sync', question),
      positions: () => this.#positions(),
      apply: (answer) => this.#apply(answer),
      isOnline,
      onBusy: (catchingUp) => this.#state.update((state) => ({ ...state, catchingUp })),
    });
  }

  get state(): Readable<ChatState> {
    return this.#state;
  }

  start(): void {
    const { connection } = this.#deps;
    this.#stops = [
      connection.phase.subscribe(() => {
        if (connection.phase.value === 'online') this.#online();
        else this.outbox.rest();
      }),
      connection.on('entry', (entry) => this.#receive(entry)),
      connection.on('receipt', (receipt) => this.#receipt(receipt)),
      connection.on('user-typing', ({ senderId, isTyping }) => this.#typingShown.set(senderId, isTyping)),
      connection.on('presence', ({ userId, online, lastSeen }) => this.#presence(userId, online, lastSeen)),
    ];
    void this.outbox.start();
    void this.reload();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.outbox.stop();
    this.typing.stopped();
    this.#typingShown.stop();
    this.#syncer.stop();
  }

  /** Something came from another person. */
  onArrival(listener: (entry: Entry, from: Contact) => void): () => void {
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  room(otherId: string): Room | undefined {
    return this.#state.value.rooms.get(otherId);
  }

  async reload(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    if (this.#state.value.phase === 'failed') this.#state.update((state) => ({ ...state, phase: 'loading', problem: null }));
    try {
      this.#take(await this.#deps.api.inbox());
    } catch (error) {
      const problem = codeOf(error);
      this.#state.update((state) => (state.phase === 'ready' ? state : { ...state, phase: 'failed', problem }));
    } finally {
      this.#loading = false;
    }
  }

  /** The person looks at this conversation. */
  open(otherId: string): void {
    if (this.#open !== null && this.#open !== otherId) this.leave(this.#open);
    this.#open = otherId;
    const room = this.room(otherId);
    if (!room) return;
    if (room.unread > 0 && room.newFrom === null) this.#patch(otherId, { newFrom: room.receipts.mine.read + 1 });
    if (room.log.length < FIRST_PAGE) void this.loadOlder(otherId);
  }

  leave(otherId: string): void {
    if (this.#open === otherId) this.#open = null;
    this.typing.stopped();
    this.#patch(otherId, { newFrom: null });
  }

  async loadOlder(otherId: string): Promise<void> {
    const room = this.room(otherId);
    if (!room || room.conversationId === null || !hasOlder(room.log) || room.older === 'loading') return;
    const before = firstSeq(room.log);
    this.#patch(otherId, { older: 'loading' });
    try {
      const page = await this.#deps.api.entries(room.conversationId, before);
      this.#change(otherId, (now) => {
        const log = (firstSeq(now.log) === before ? prependAll(now.log, page.entries) : null) ?? now.log;
        // Where more is unread than the first page has, the line stands at the first that is here, and stays there.
        const newFrom = now.newFrom !== null && now.log.length < FIRST_PAGE ? Math.max(now.newFrom, firstSeq(log)) : now.newFrom;
        return { ...now, older: 'idle', log, newFrom, receipts: growReceipts(now.receipts, page.receipts) };
      });
    } catch {
      this.#patch(otherId, { older: 'failed' });
    }
  }

  send(otherId: string, text: string): void {
    this.typing.stopped();
    this.drafts.set(otherId, '');
    this.outbox.add({ receiverId: otherId, message: text });
  }

  /** Shown at once; kept as bytes, then uploaded, then sent, after what was written before. */
  sendFile(otherId: string, file: FileDraft): Outgoing {
    return this.outbox.add({ receiverId: otherId, message: file.caption ?? '', ...(file.replyTo && { replyTo: file.replyTo }) }, file);
  }

  /** What is at the end of this conversation was on the screen, in a window that is looked at. */
  markRead(otherId: string): void {
    const room = this.room(otherId);
    if (!room?.conversationId) return;
    const seq = lastSeq(room.log);
    if (seq <= room.receipts.mine.read) return;
    this.#change(otherId, (now) => withRead(now, this.userId, { read: seq }));
    this.#receipts.want('read', room.conversationId, seq);
  }

  #online(): void {
    if (this.#state.value.phase === 'ready') this.#syncer.request();
    // Who is there, and who is new, is not in the log.
    if (this.#wasOnline || this.#state.value.phase !== 'ready') void this.reload();
    this.#wasOnline = true;
    this.#receipts.wake();
    this.outbox.wake();
    if (this.#open !== null && this.room(this.#open)?.older === 'failed') this.#patch(this.#open, { older: 'idle' });
  }

  #take(inbox: Inbox): void {
    // Of another epoch, nothing that we have is sure.
    const known = this.#syncer.epoch === '' || this.#syncer.epoch === inbox.epoch;
    const before = known ? this.#state.value.rooms : new Map<string, Room>();
    this.#syncer.epoch = inbox.epoch;
    const rooms = new Map<string, Room>();
    for (const contact of inbox.contacts) {
      rooms.set(contact._id, { ...(before.get(contact._id) ?? emptyRoom(contact)), other: contact });
    }
    for (const row of inbox.conversations) rooms.set(row.other._id, roomFromInbox(row, before.get(row.other._id)));
    this.#state.update((state) => ({ ...state, phase: 'ready', problem: null, rooms }));
    for (const room of rooms.values()) this.#afterChange(room);
    if (this.#open !== null) this.open(this.#open);
    // Whatever was pushed before this answer came is asked for again.
    this.#syncer.request();
  }

  #positions(): Record<string, number> {
    const rooms = [...this.#state.value.rooms.values()];
    return Object.fromEntries(rooms.flatMap((room) => (room.conversationId === null ? [] : [[room.conversationId, lastSeq(room.log)]])));
  }

  #apply(answer: SyncAnswer): boolean {
    let more = false;
    const byId = new Map([...this.#state.value.rooms.values()].map((room) => [room.conversationId, room.other._id]));
    for (const [conversationId, part] of Object.entries(answer.conversations)) {
      const first = part.entries[0];
      const otherId = byId.get(conversationId) ?? (first && this.#otherOf(first));
      if (otherId === undefined) continue;
      if (!this.room(otherId)) {
        void this.reload();
        continue;
      }
      more ||= part.more;
      const seen = lastSeq(this.room(otherId)?.log ?? []);
      this.#change(otherId, (room) => {
        const fresh = part.reset || answer.reset ? null : appendAll(room.log, part.entries);
        const receipts = part.reset || answer.reset ? part.receipts : growReceipts(room.receipts, part.receipts);
        const log = fresh ?? part.entries;
        // What was read here a moment ago, the server may not have counted yet.
        const ahead = receipts.mine.read > part.receipts.mine.read;
        const unread = (ahead ? unreadAfter(log, receipts.mine.read, this.userId) : null) ?? part.unread;
        return { ...room, conversationId, log, receipts, unread };
      });
      for (const entry of part.entries) if (part.reset || entry.seq > seen) this.#settle(entry, otherId);
    }
    if (answer.reset) this.#dropAbsent(answer);
    return more;
  }

  /** Another epoch: what the server does not name is not there any more. */
  #dropAbsent(answer: SyncAnswer): void {
    for (const room of this.#state.value.rooms.values()) {
      if (room.conversationId !== null && !(room.conversationId in answer.conversations)) {
        this.#change(room.other._id, ({ other }) => emptyRoom(other));
      }
    }
  }

  #otherOf(entry: Entry): string {
    return entry.senderId === this.userId ? entry.receiverId : entry.senderId;
  }

  /** One entry, by push or as the answer to what we sent. */
  #receive(entry: Entry): void {
    const otherId = this.#otherOf(entry);
    const room = this.room(otherId);
    if (!room) {
      // A new contact, or the inbox is not here yet and will have it.
      if (this.#state.value.phase === 'ready') void this.reload();
      return;
    }
    const appended = append(room.conversationId === null ? [] : room.log, entry);
    if (appended.kind === 'gap') this.#syncer.request();
    if (appended.kind === 'double') this.outbox.confirm(entry.clientMessageId);
    if (appended.kind !== 'added') return;
    const unread = countsAsUnread(entry, this.userId) && entry.seq > room.receipts.mine.read;
    this.#change(otherId, (now) => ({
      ...now,
      conversationId: entry.conversationId,
      log: appended.log,
      unread: now.unread + (unread ? 1 : 0),
    }));
    this.#settle(entry, otherId);
  }

  /** What follows from an entry being in the log. */
  #settle(entry: Entry, otherId: string): void {
    if (entry.senderId === this.userId) {
      this.outbox.confirm(entry.clientMessageId);
      return;
    }
    this.#typingShown.set(otherId, false);
    const room = this.room(otherId);
    if (!room) return;
    if (this.#open === otherId && room.newFrom === null && !this.#isSeen() && countsAsUnread(entry, this.userId)) {
      this.#patch(otherId, { newFrom: entry.seq });
    }
    this.#afterChange(room);
    if (countsAsUnread(entry, this.userId)) for (const listener of [...this.#arrivals]) listener(entry, room.other);
  }

  #isSeen(): boolean {
    return document.visibilityState === 'visible' && document.hasFocus();
  }

  #afterChange(room: Room): void {
    if (room.conversationId === null) return;
    this.#receipts.know(room.conversationId, room.receipts.mine);
    if (room.log.some((entry) => entry.senderId !== this.userId && entry.seq > room.receipts.mine.delivered)) {
      this.#receipts.want('delivered', room.conversationId, lastSeq(room.log));
    }
  }

  #receipt(receipt: { conversationId: string; userId: string; delivered: number; read: number }): void {
    const room = [...this.#state.value.rooms.values()].find((each) => each.conversationId === receipt.conversationId);
    if (!room) return;
    this.#change(room.other._id, (now) => {
      if (receipt.userId === this.userId) return withRead(now, this.userId, receipt);
      const theirs = growReceipt(now.receipts.theirs, receipt);
      return theirs === now.receipts.theirs ? now : { ...now, receipts: { ...now.receipts, theirs } };
    });
  }

  #presence(userId: string, online: boolean, lastSeen: string | undefined): void {
    // Somebody who has come to the practice since.
    if (!this.room(userId) && this.#state.value.phase === 'ready') void this.reload();
    this.#change(userId, (room) => ({ ...room, other: { ...room.other, online, ...(lastSeen === undefined ? {} : { lastSeen }) } }));
    if (!online) this.#typingShown.set(userId, false);
  }

  #patch(otherId: string, change: Partial<Room>): void {
    this.#change(otherId, (room) => {
      const same = Object.entries(change).every(([key, value]) => room[key as keyof Room] === value);
      return same ? room : { ...room, ...change };
    });
  }

  #change(otherId: string, change: (room: Room) => Room): void {
    const room = this.room(otherId);
    if (!room) return;
    const next = change(room);
    if (next === room) return;
    this.#state.update((state) => ({ ...state, rooms: new Map(state.rooms).set(otherId, next) }));
  }
}
