import { codeOf } from '../../../shared/lib/errors';
import { randomId } from '../../../shared/lib/ids';
import type { Readable } from '../../../shared/lib/observable';
import type { Contact, Entry, SyncAnswer } from '../../../shared/wire/types';
import type { ChatApi } from '../api';
import { Aims } from './Aims';
import { isEditable } from './allowed';
import type { ChatDeps } from './deps';
import { Drafts } from './Drafts';
import { isShown, quoteOf } from './fold';
import { countsAsUnread, lastSeq, newest } from './log';
import { Outbox } from './outbox/Outbox';
import type { Change, FileDraft, Outgoing } from './outbox/outgoing';
import { sendOutgoing } from './outbox/send';
import { FIRST_PAGE, Paging } from './Paging';
import { Prover } from './Prover';
import { ReceiptSender } from './Receipts';
import { withRead, type ChatState, type Room } from './room';
import { Rooms } from './Rooms';
import { Syncer } from './Syncer';
import { TypingSender, TypingShown } from './Typing';

/** All conversations of one person. Push is a hint: whatever it leaves out, `sync` brings. */
export class ChatStore {
  readonly userId: string;
  readonly api: ChatApi;
  readonly drafts: Drafts;
  readonly aims = new Aims();
  readonly outbox: Outbox;
  readonly typing: TypingSender;
  readonly #connection: ChatDeps['connection'];
  readonly #rooms: Rooms;
  readonly #paging: Paging;
  readonly #receipts: ReceiptSender;
  readonly #typingShown: TypingShown;
  readonly #syncer: Syncer;
  readonly #prover: Prover;
  readonly #arrivals = new Set<(entry: Entry, from: Contact) => void>();
  #open: string | null = null;
  #loading = false;
  #wasOnline = false;
  #stops: (() => void)[] = [];

  constructor(deps: ChatDeps) {
    const { connection, userId, api } = deps;
    const isOnline = () => connection.phase.value === 'online';
    this.userId = userId;
    this.api = api;
    this.#connection = connection;
    this.#rooms = new Rooms(userId);
    this.#paging = new Paging(this.#rooms, api);
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
    this.#typingShown = new TypingShown((other, typing) => this.#rooms.patch(other, { typing }));
    this.#syncer = new Syncer({
      ask: (question) => connection.emitWithAck('sync', question),
      positions: () => this.#rooms.positions(),
      apply: (answer) => this.#apply(answer),
      isOnline,
      onBusy: (catchingUp) => this.#rooms.set({ catchingUp }),
    });
    this.#prover = new Prover({
      ask: () => this.#isWhole(),
      isReady: () => isOnline() && this.state.value.phase === 'ready' && !this.state.value.catchingUp,
      onDifferent: () => this.#syncer.request(),
    });
  }

  get state(): Readable<ChatState> {
    return this.#rooms.state;
  }

  start(): void {
    const connection = this.#connection;
    this.#stops = [
      connection.phase.subscribe(() => {
        if (connection.phase.value === 'online') this.#online();
        else this.outbox.rest();
      }),
      connection.on('entry', (entry) => this.#receive(entry)),
      connection.on('receipt', (receipt) => this.#rooms.receipt(receipt)),
      connection.on('user-typing', ({ senderId, isTyping }) => this.#typingShown.set(senderId, isTyping)),
      connection.on('presence', ({ userId, online, lastSeen }) => this.#presence(userId, online, lastSeen)),
    ];
    this.#prover.start();
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
    this.#prover.stop();
  }

  /** Something came from another person. */
  onArrival(listener: (entry: Entry, from: Contact) => void): () => void {
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  room(otherId: string): Room | undefined {
    return this.#rooms.of(otherId);
  }

  async reload(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    if (this.state.value.phase === 'failed') this.#rooms.set({ phase: 'loading', problem: null });
    try {
      const inbox = await this.api.inbox();
      this.#rooms.take(inbox, this.#syncer.epoch === '' || this.#syncer.epoch === inbox.epoch);
      this.#syncer.epoch = inbox.epoch;
      for (const room of this.#rooms.all()) this.#afterChange(room);
      if (this.#open !== null) this.open(this.#open);
      // Whatever was pushed before this answer came is asked for again.
      this.#syncer.request();
    } catch (error) {
      if (this.state.value.phase !== 'ready') this.#rooms.set({ phase: 'failed', problem: codeOf(error) });
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
    if (room.unread > 0 && room.newFrom === null) this.#rooms.patch(otherId, { newFrom: room.receipts.mine.read + 1 });
    if (room.log.length < FIRST_PAGE) void this.loadOlder(otherId);
  }

  leave(otherId: string): void {
    if (this.#open === otherId) this.#open = null;
    this.typing.stopped();
    this.#rooms.change(otherId, (room) => ({ ...room, newFrom: null, past: null, spot: null, log: newest(room.log) }));
  }

  loadOlder(otherId: string): Promise<void> {
    return this.#paging.older(otherId);
  }

  loadNewer(otherId: string): Promise<void> {
    return this.#paging.newer(otherId);
  }

  /** Brings a message into view, however far back it is; false where it can't be loaded. */
  async jump(otherId: string, seq: number): Promise<boolean> {
    const found = await this.#paging.around(otherId, seq);
    if (found) this.#rooms.patch(otherId, { spot: { seq } });
    return found;
  }

  backToLatest(otherId: string): void {
    this.#paging.latest(otherId);
  }

  /** What is in the field: a message, an answer or another text of an old one, as was chosen before. */
  send(otherId: string, text: string): void {
    this.typing.stopped();
    const aim = this.aims.take(otherId);
    if (aim?.kind === 'edit') {
      if (text !== aim.entry.message) this.#change(aim.entry, { kind: 'edit' }, text);
      return;
    }
    this.drafts.set(otherId, '');
    this.backToLatest(otherId);
    this.outbox.add({ receiverId: otherId, message: text, ...(aim && { replyTo: quoteOf(aim.entry) }) });
  }

  /** Shown at once; kept as bytes, then uploaded, then sent, after what was written before. */
  sendFile(otherId: string, file: FileDraft): Outgoing {
    const aim = this.aims.takeReply(otherId);
    const replyTo = file.replyTo ?? (aim && quoteOf(aim.entry));
    this.backToLatest(otherId);
    return this.outbox.add({ receiverId: otherId, message: file.caption ?? '', ...(replyTo && { replyTo }) }, file);
  }

  /** Begins to change the last text of one's own, if that is still allowed. */
  editLast(otherId: string): boolean {
    const entry = this.room(otherId)?.log.findLast((each) => each.senderId === this.userId && each.messageType === 'text' && each.deletedAt === undefined && isShown(each));
    if (!entry || !isEditable(entry)) return false;
    this.aims.set(otherId, { kind: 'edit', entry, text: entry.message });
    return true;
  }

  deleteForEveryone(entry: Entry): void {
    this.#change(entry, { kind: 'deletion' });
  }

  /** Null takes it back. */
  react(entry: Entry, reaction: string | null): void {
    this.#change(entry, { kind: 'reaction', reaction });
  }

  /** What is at the end of this conversation was on the screen, in a window that is looked at. */
  markRead(otherId: string): void {
    const room = this.room(otherId);
    if (!room?.conversationId || room.past) return;
    const { log, receipts } = room;
    if (!log.some((entry) => entry.seq > receipts.mine.read && entry.senderId !== this.userId && isShown(entry)) && room.unread === 0) return;
    const seq = lastSeq(log);
    this.#rooms.change(otherId, (now) => withRead(now, this.userId, { read: seq }));
    this.#receipts.want('read', room.conversationId, seq);
  }

  /** Changes go the way of messages: shown at once, sent when there is a connection. */
  #change(entry: Entry, change: Omit<Change, 'messageId' | 'seq'>, message = ''): void {
    this.outbox.change(this.#rooms.otherOf(entry), { ...change, messageId: entry.messageId, seq: entry.seq }, message);
  }

  #online(): void {
    if (this.state.value.phase === 'ready') this.#syncer.request();
    // Who is there, and who is new, is not in the log.
    if (this.#wasOnline || this.state.value.phase !== 'ready') void this.reload();
    this.#wasOnline = true;
    this.#receipts.wake();
    this.outbox.wake();
    if (this.#open !== null && this.room(this.#open)?.older === 'failed') this.#rooms.patch(this.#open, { older: 'idle' });
  }

  async #isWhole(): Promise<boolean> {
    return (await this.#connection.emitWithAck('verify', { epoch: this.#syncer.epoch, ...this.#rooms.sums() })).same;
  }

  #apply(answer: SyncAnswer): boolean {
    this.#prover.heard();
    const { more, strangers, fresh, reset } = this.#rooms.apply(answer);
    if (strangers) void this.reload();
    for (const otherId of reset) this.outbox.settle(otherId);
    for (const { entry, otherId } of fresh) this.#settle(entry, otherId);
    return more;
  }

  #receive(entry: Entry): void {
    this.#prover.heard();
    const received = this.#rooms.receive(entry);
    if (received === 'gap') this.#syncer.request();
    if (received === 'double') this.outbox.confirm(entry.clientMessageId);
    if (received === 'added') this.#settle(entry, this.#rooms.otherOf(entry));
    // A new contact, or the inbox is not here yet and will have it.
    if (received === 'unknown' && this.state.value.phase === 'ready') void this.reload();
  }

  /** What follows from an entry being in the log. */
  #settle(entry: Entry, otherId: string): void {
    if (entry.senderId === this.userId) {
      this.outbox.confirm(entry.clientMessageId);
      return;
    }
    if (isShown(entry)) this.#typingShown.set(otherId, false);
    const room = this.room(otherId);
    if (!room) return;
    if (this.#open === otherId && room.newFrom === null && !this.#isSeen() && countsAsUnread(entry, this.userId)) {
      this.#rooms.patch(otherId, { newFrom: entry.seq });
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
    if (room.log.some((entry) => entry.senderId !== this.userId && entry.seq > room.receipts.mine.delivered && isShown(entry))) {
      this.#receipts.want('delivered', room.conversationId, lastSeq(room.log));
    }
  }

  #presence(userId: string, online: boolean, lastSeen: string | undefined): void {
    this.#prover.heard();
    // Somebody who has come to the practice since.
    if (!this.room(userId) && this.state.value.phase === 'ready') void this.reload();
    this.#rooms.presence(userId, online, lastSeen);
    if (!online) this.#typingShown.set(userId, false);
  }
}
