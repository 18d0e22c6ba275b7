import { dayKey } from '../../../shared/lib/time';
import type { Entry, Reaction, ReplyTo } from '../../../shared/wire/types';
import { fileOf, type FileShown } from './file';
import { after, isShown } from './fold';
import { countsAsUnread, hasOlder } from './log';
import type { Outgoing } from './outbox/outgoing';
import { shownLog, type Room } from './room';

/** What of a room its rows are made of. */
export type Conversation = Pick<Room, 'log' | 'past' | 'receipts' | 'newFrom'>;

/** How far an own message has come. */
export type Mark = 'waiting' | 'uploading' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

interface Placed {
  key: string;
  at: string;
  own: boolean;
  /** First and last of a group: same sender, within five minutes. */
  first: boolean;
  last: boolean;
  /** Time and mark are shown: once a group, and where the next message has come less far. */
  meta: boolean;
  mark: Mark | null;
  /** As it is now, once it is in the log. */
  entry?: Entry;
  /** The message that is not in the log yet, or the change of one that could not be made. */
  outgoing?: Outgoing;
  reply?: ReplyTo;
  edited: boolean;
  reactions: readonly Reaction[];
}

export type Row =
  | { type: 'start'; key: string }
  | { type: 'day'; key: string; at: string }
  | { type: 'new'; key: string }
  | (Placed & { type: 'text'; text: string })
  | (Placed & { type: 'card'; entry: Entry })
  | (Placed & { type: 'file'; file: FileShown; text: string })
  /** Deleted for everyone. */
  | (Placed & { type: 'gone' });

export type Item = Extract<Row, { own: boolean }>;

const GROUP_MS = 5 * 60_000;
const NONE: readonly Reaction[] = [];

function markOf(entry: Entry, room: Conversation): Mark {
  if (entry.seq <= room.receipts.theirs.read) return 'read';
  return entry.seq <= room.receipts.theirs.delivered ? 'delivered' : 'sent';
}

/** The key stays when a message goes from the outbox into the log, so that it does not move. */
const keyOf = (own: boolean, clientMessageId: string): string => `${own ? 'me' : 'other'}:${clientMessageId}`;

/** A message with what is about to be done to it; and what could not be done, or is still under way. */
function withChanges(entry: Entry, changes: readonly Outgoing[], me: string): { entry: Entry; change: Outgoing | undefined } {
  let next = entry;
  for (const { change, state, message, createdAt } of changes) {
    if (change && state !== 'failed') next = after(next, { kind: change.kind, reaction: change.reaction ?? null, by: me, message, at: createdAt });
  }
  const failed = changes.find((item) => item.state === 'failed');
  const underWay = changes.find((item) => item.change?.kind !== 'reaction' && item.state !== 'sent');
  return { entry: next, change: failed ?? underWay };
}

function itemOf(stored: Entry, room: Conversation, me: string, changes: readonly Outgoing[]): Item {
  const { entry, change } = withChanges(stored, changes, me);
  const own = entry.senderId === me;
  const mark = change ? change.state : own && entry.kind === 'message' ? markOf(entry, room) : null;
  const placed = {
    key: keyOf(own, entry.clientMessageId), at: entry.createdAt, own, first: true, last: true, meta: true, mark, entry,
    edited: entry.editedAt !== undefined, reactions: entry.reactions ?? NONE,
    ...(change?.state === 'failed' && { outgoing: change }),
    ...(entry.replyTo && { reply: entry.replyTo }),
  };
  if (entry.deletedAt !== undefined) return { ...placed, type: 'gone', mark: change ? mark : null };
  const file = fileOf(entry);
  if (file) return { ...placed, type: 'file', file, text: entry.message };
  if (entry.kind === 'call' || entry.messageType !== 'text') return { ...placed, type: 'card' };
  return { ...placed, type: 'text', text: entry.message };
}

function outgoingOf(item: Outgoing): Item {
  const placed = {
    key: keyOf(true, item.clientMessageId), at: item.createdAt, own: true, first: true, last: true, meta: true, mark: item.state,
    outgoing: item, text: item.message, edited: false, reactions: NONE, ...(item.replyTo && { reply: item.replyTo }),
  };
  return item.attachment ? { ...placed, type: 'file', file: item.attachment } : { ...placed, type: 'text' };
}

function grouped(before: Item, beforeTime: number, after: Item, afterTime: number): boolean {
  return (
    before.type === 'text' && after.type === 'text' && before.own === after.own &&
    before.reactions.length === 0 && before.outgoing?.state !== 'failed' && Math.abs(afterTime - beforeTime) < GROUP_MS
  );
}

/** Dates are slow to read, and a long conversation has many: once for each entry. */
const moments = new WeakMap<Entry, Moment>();

interface Moment {
  time: number;
  day: string;
}

const momentOf = (iso: string): Moment => ({ time: new Date(iso).getTime(), day: dayKey(iso) });

function momentOfEntry(entry: Entry): Moment {
  const known = moments.get(entry);
  if (known) return known;
  const moment = momentOf(entry.createdAt);
  moments.set(entry, moment);
  return moment;
}

/** What was made of an entry the last time: the same again where nothing of it has changed, so that it need not be drawn anew. */
const made = new WeakMap<Entry, Item>();

function itemOfEntry(entry: Entry, room: Conversation, me: string, changes: readonly Outgoing[] | undefined): Item {
  if (changes) return itemOf(entry, room, me, changes);
  const known = made.get(entry);
  const own = entry.senderId === me;
  const mark = own && entry.kind === 'message' && entry.deletedAt === undefined ? markOf(entry, room) : null;
  return known?.own === own && known.mark === mark ? known : itemOf(entry, room, me, NO_CHANGES);
}

const NO_CHANGES: readonly Outgoing[] = [];

function changesBySeq(outgoing: readonly Outgoing[]): ReadonlyMap<number, Outgoing[]> {
  const bySeq = new Map<number, Outgoing[]>();
  for (const item of outgoing) if (item.change) bySeq.set(item.change.seq, [...(bySeq.get(item.change.seq) ?? []), item]);
  return bySeq;
}

/** The conversation as it is shown: oldest first, what is on its way last. */
export function rowsOf(room: Conversation, outgoing: readonly Outgoing[], me: string): Row[] {
  const rows: Row[] = [];
  const log = shownLog(room);
  // What comes first here does not begin its day if there is more before it; a separator would jump away when that comes.
  const whole = !hasOlder(log);
  if (whole) rows.push({ type: 'start', key: 'start' });
  /** Added last; whether it ends its group is known once the next one is. */
  let previous: { item: Item; moment: Moment; first: boolean; keep: Entry | null } | null = null;
  let newShown = false;

  const close = (last: boolean, next: Item | null) => {
    if (previous === null) return;
    const { item, first, keep } = previous;
    const meta = last || item.mark !== next?.mark || item.edited;
    const done = item.first === first && item.last === last && item.meta === meta ? item : { ...item, first, last, meta };
    if (keep) made.set(keep, done);
    rows.push(done);
  };
  const add = (item: Item, moment: Moment, unreadSeq: number | null, keep: Entry | null) => {
    const otherDay = previous === null ? whole : previous.moment.day !== moment.day;
    const startsNew = !newShown && unreadSeq !== null && room.newFrom !== null && unreadSeq >= room.newFrom;
    const joins = previous !== null && !otherDay && !startsNew && grouped(previous.item, previous.moment.time, item, moment.time);
    close(!joins, item);
    if (otherDay) rows.push({ type: 'day', key: `day:${moment.day}`, at: item.at });
    if (startsNew) {
      rows.push({ type: 'new', key: 'new' });
      newShown = true;
    }
    previous = { item, moment, first: !joins, keep };
  };

  const changes = changesBySeq(outgoing);
  const unsent = new Map(room.past ? [] : outgoing.filter((item) => !item.change).map((item) => [item.clientMessageId, item]));
  for (const entry of log) {
    if (unsent.size > 0 && entry.senderId === me) unsent.delete(entry.clientMessageId);
    if (!isShown(entry)) continue;
    const changed = changes.get(entry.seq);
    add(itemOfEntry(entry, room, me, changed), momentOfEntry(entry), countsAsUnread(entry, me) ? entry.seq : null, changed ? null : entry);
  }
  for (const item of unsent.values()) add(outgoingOf(item), momentOf(item.createdAt), null, null);
  close(true, null);
  return rows;
}
