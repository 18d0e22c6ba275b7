import type { ErrorCode } from '../../../shared/wire/errors';
import type { Contact, ConversationRow, Entry, Receipt, Receipts } from '../../../shared/wire/types';
import { fold, isShown, newestShown } from './fold';
import { unreadAfter, type Log } from './log';
import { growReceipt } from './Receipts';

/** The conversation with one person, whether a word was said in it or not. */
export interface Room {
  other: Contact;
  conversationId: string | null;
  /** The newest, without a gap up to the last. */
  log: Log;
  /** The newest message or call. */
  lastMessage: Entry | null;
  /** A stretch far back that is shown instead, while the person looks there. */
  past: { log: Log; newer: 'idle' | 'loading' | 'failed' } | null;
  /** What to bring into view; a new object each time. */
  spot: { seq: number } | null;
  receipts: Receipts;
  unread: number;
  /** Loading what is before the log. */
  older: 'idle' | 'loading' | 'failed';
  typing: boolean;
  /** The first entry below the "New" line, while the conversation is open. */
  newFrom: number | null;
}

export interface ChatState {
  phase: 'loading' | 'ready' | 'failed';
  problem: ErrorCode | null;
  catchingUp: boolean;
  /** By the other person's id. */
  rooms: ReadonlyMap<string, Room>;
}

const NOTHING: Receipt = { delivered: 0, read: 0 };

export function emptyRoom(other: Contact): Room {
  return {
    other,
    conversationId: null,
    log: [],
    lastMessage: null,
    past: null,
    spot: null,
    receipts: { mine: NOTHING, theirs: NOTHING },
    unread: 0,
    older: 'idle',
    typing: false,
    newFrom: null,
  };
}

/** What the inbox says, put together with the log that is already here; `sync` brings what that lacks. */
export function roomFromInbox(row: ConversationRow, known: Room | undefined): Room {
  if (known?.conversationId === row.conversationId && known.log.length > 0) {
    return { ...known, other: row.other, receipts: growReceipts(known.receipts, row.receipts) };
  }
  return {
    ...(known ?? emptyRoom(row.other)),
    other: row.other,
    conversationId: row.conversationId,
    log: [row.lastEntry],
    lastMessage: row.lastMessage ?? (isShown(row.lastEntry) ? row.lastEntry : null),
    past: null,
    receipts: row.receipts,
    unread: row.unread,
  };
}

export const shownLog = (room: Pick<Room, 'log' | 'past'>): Log => room.past?.log ?? room.log;

/** With another log, and what follows from the changes that are new in it. */
export function withLog(room: Room, log: Log, changes: Log = log): Room {
  const folded = fold(log, changes);
  const past = room.past && { ...room.past, log: fold(room.past.log, changes) };
  return { ...room, log: folded, lastMessage: newestShown(folded, room.lastMessage), past };
}

export function growReceipts(old: Receipts, next: Receipts): Receipts {
  return { mine: growReceipt(old.mine, next.mine), theirs: growReceipt(old.theirs, next.theirs) };
}

/** This person has read up to `seq`, here or on another device. */
export function withRead(room: Room, me: string, receipt: Partial<Receipt>): Room {
  const mine = growReceipt(room.receipts.mine, receipt);
  if (mine === room.receipts.mine) return room;
  return { ...room, receipts: { ...room.receipts, mine }, unread: unreadAfter(room.log, mine.read, me) ?? room.unread };
}

/** Last activity first; people with whom nothing was said yet follow, by name. */
export function sortRooms(rooms: Iterable<Room>): Room[] {
  return [...rooms].sort((a, b) => {
    const left = a.lastMessage?.createdAt;
    const right = b.lastMessage?.createdAt;
    if (left !== undefined && right !== undefined) return right.localeCompare(left);
    if (left !== undefined || right !== undefined) return left !== undefined ? -1 : 1;
    return a.other.name.localeCompare(b.other.name);
  });
}
