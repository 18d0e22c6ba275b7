import { Observable, type Readable } from '../../../shared/lib/observable';
import type { Entry, Inbox, Receipt, SyncAnswer } from '../../../shared/wire/types';
import { append, appendAll, countsAsUnread, lastSeq, unreadAfter } from './log';
import { growReceipt } from './Receipts';
import { emptyRoom, growReceipts, roomFromInbox, withLog, withRead, type ChatState, type Room } from './room';

export type Received = 'unknown' | 'gap' | 'double' | 'added';

export interface Applied {
  /** The server has, or may have, more than this answer held. */
  more: boolean;
  /** The answer speaks of people whom we don't know yet. */
  strangers: boolean;
  fresh: { entry: Entry; otherId: string }[];
  /** Whose conversations were begun anew. */
  reset: string[];
}

/** The conversations as far as they are known here: what the server says, put together. It asks for nothing itself. */
export class Rooms {
  readonly #state = new Observable<ChatState>({ phase: 'loading', problem: null, catchingUp: false, rooms: new Map() });

  constructor(private readonly me: string) {}

  get state(): Readable<ChatState> {
    return this.#state;
  }

  set(change: Partial<Omit<ChatState, 'rooms'>>): void {
    this.#state.update((state) => ({ ...state, ...change }));
  }

  all(): Room[] {
    return [...this.#state.value.rooms.values()];
  }

  of(otherId: string): Room | undefined {
    return this.#state.value.rooms.get(otherId);
  }

  otherOf(entry: Entry): string {
    return entry.senderId === this.me ? entry.receiverId : entry.senderId;
  }

  patch(otherId: string, change: Partial<Room>): void {
    this.change(otherId, (room) => {
      const same = Object.entries(change).every(([key, value]) => room[key as keyof Room] === value);
      return same ? room : { ...room, ...change };
    });
  }

  change(otherId: string, change: (room: Room) => Room): void {
    const room = this.of(otherId);
    if (!room) return;
    const next = change(room);
    if (next === room) return;
    this.#state.update((state) => ({ ...state, rooms: new Map(state.rooms).set(otherId, next) }));
  }

  /** `known` is whether what we have is of the same epoch; of another, nothing is sure. */
  take(inbox: Inbox, known: boolean): void {
    const before = known ? this.#state.value.rooms : new Map<string, Room>();
    const rooms = new Map<string, Room>();
    for (const contact of inbox.contacts) {
      rooms.set(contact._id, { ...(before.get(contact._id) ?? emptyRoom(contact)), other: contact });
    }
    for (const row of inbox.conversations) rooms.set(row.other._id, roomFromInbox(row, before.get(row.other._id)));
    this.#state.update((state) => ({ ...state, phase: 'ready', problem: null, rooms }));
  }

  /** The last `seq` of each conversation. */
  positions(): Record<string, number> {
    return Object.fromEntries(this.all().flatMap((room) => (room.conversationId === null ? [] : [[room.conversationId, lastSeq(room.log)]])));
  }

  /** Enough to see whether anything is missing: how many conversations, and how many entries there are in all. */
  sums(): { conversations: number; entries: number } {
    const seqs = Object.values(this.positions());
    return { conversations: seqs.length, entries: seqs.reduce((sum, seq) => sum + seq, 0) };
  }

  /** What a `sync` brought. */
  apply(answer: SyncAnswer): Applied {
    // What was pushed between the server's reading and this answer goes with what is dropped: that is asked for again.
    const applied: Applied = { more: answer.reset, strangers: false, fresh: [], reset: [] };
    const byId = new Map(this.all().map((room) => [room.conversationId, room.other._id]));
    for (const [conversationId, part] of Object.entries(answer.conversations)) {
      const first = part.entries[0];
      const otherId = byId.get(conversationId) ?? (first && this.otherOf(first));
      if (otherId === undefined) continue;
      const before = this.of(otherId);
      applied.strangers ||= !before;
      if (!before) continue;
      const anew = part.reset || answer.reset;
      applied.more ||= part.more || part.reset;
      if (anew) applied.reset.push(otherId);
      const seen = lastSeq(before.log);
      this.change(otherId, (room) => {
        const log = (anew ? null : appendAll(room.log, part.entries)) ?? part.entries;
        const receipts = anew ? part.receipts : growReceipts(room.receipts, part.receipts);
        // What was read here a moment ago, the server may not have counted yet.
        const ahead = receipts.mine.read > part.receipts.mine.read;
        const unread = (ahead ? unreadAfter(log, receipts.mine.read, this.me) : null) ?? part.unread;
        const kept = anew ? { ...room, lastMessage: null, past: null } : room;
        return { ...withLog(kept, log, part.entries), conversationId, receipts, unread };
      });
      for (const entry of part.entries) if (part.reset || entry.seq > seen) applied.fresh.push({ entry, otherId });
    }
    if (answer.reset) this.#dropAbsent(answer);
    return applied;
  }

  /** One entry, by push or as the answer to what we sent. */
  receive(entry: Entry): Received {
    const otherId = this.otherOf(entry);
    const room = this.of(otherId);
    if (!room) return 'unknown';
    const appended = append(room.conversationId === null ? [] : room.log, entry);
    if (appended.kind !== 'added') return appended.kind;
    const unread = countsAsUnread(entry, this.me) && entry.seq > room.receipts.mine.read ? 1 : 0;
    this.change(otherId, (now) => ({
      ...withLog(now, appended.log, [entry]),
      conversationId: entry.conversationId,
      unread: now.unread + unread,
    }));
    return 'added';
  }

  receipt(receipt: Receipt & { conversationId: string; userId: string }): void {
    const room = this.all().find((each) => each.conversationId === receipt.conversationId);
    if (!room) return;
    this.change(room.other._id, (now) => {
      if (receipt.userId === this.me) return withRead(now, this.me, receipt);
      const theirs = growReceipt(now.receipts.theirs, receipt);
      return theirs === now.receipts.theirs ? now : { ...now, receipts: { ...now.receipts, theirs } };
    });
  }

  presence(userId: string, online: boolean, lastSeen: string | undefined): void {
    this.change(userId, (room) => ({ ...room, other: { ...room.other, online, ...(lastSeen === undefined ? {} : { lastSeen }) } }));
  }

  /** Another epoch: what the server does not name is not there any more. */
  #dropAbsent(answer: SyncAnswer): void {
    for (const room of this.all()) {
      if (room.conversationId !== null && !(room.conversationId in answer.conversations)) {
        this.change(room.other._id, ({ other }) => emptyRoom(other));
      }
    }
  }
}
