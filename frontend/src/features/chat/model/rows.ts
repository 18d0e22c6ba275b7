import { dayKey } from '../../../shared/lib/time';
import type { Entry } from '../../../shared/wire/types';
import { countsAsUnread, hasOlder } from './log';
import type { Outgoing } from './outbox/outgoing';
import { fileOf, type FileShown } from './file';
import type { Room } from './room';

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
}

export type Row =
  | { type: 'start'; key: string }
  | { type: 'day'; key: string; at: string }
  | { type: 'new'; key: string }
  | (Placed & { type: 'text'; text: string; mark: Mark | null; outgoing?: Outgoing })
  | (Placed & { type: 'card'; entry: Entry; mark: Mark | null })
  | (Placed & { type: 'file'; file: FileShown; text: string; mark: Mark | null; outgoing?: Outgoing });

type Item = Extract<Row, { type: 'text' | 'card' | 'file' }>;

const GROUP_MS = 5 * 60_000;

function markOf(entry: Entry, room: Room): Mark {
  if (entry.seq <= room.receipts.theirs.read) return 'read';
  return entry.seq <= room.receipts.theirs.delivered ? 'delivered' : 'sent';
}

/** The key stays when a message goes from the outbox into the log, so that it does not move. */
const keyOf = (own: boolean, clientMessageId: string): string => `${own ? 'me' : 'other'}:${clientMessageId}`;

function itemOf(entry: Entry, room: Room, me: string): Item {
  const own = entry.senderId === me;
  const placed = { key: keyOf(own, entry.clientMessageId), at: entry.createdAt, own, first: true, last: true, meta: true };
  const file = fileOf(entry);
  if (file) return { ...placed, type: 'file', file, text: entry.message, mark: own ? markOf(entry, room) : null };
  if (entry.kind === 'call' || entry.messageType !== 'text') {
    return { ...placed, type: 'card', entry, mark: own && entry.kind === 'message' ? markOf(entry, room) : null };
  }
  return { ...placed, type: 'text', text: entry.message, mark: own ? markOf(entry, room) : null };
}

function grouped(before: Item, after: Item): boolean {
  return (
    before.type === 'text' && after.type === 'text' && before.own === after.own &&
    Math.abs(new Date(after.at).getTime() - new Date(before.at).getTime()) < GROUP_MS
  );
}

/** The conversation as it is shown: oldest first, what is on its way last. */
export function rowsOf(room: Room, outgoing: readonly Outgoing[], me: string): Row[] {
  const rows: Row[] = [];
  // What comes first here does not begin its day if there is more before it; a separator would jump away when that comes.
  const whole = !hasOlder(room.log);
  if (whole) rows.push({ type: 'start', key: 'start' });
  let previous: Item | null = null;
  let newShown = false;

  const add = (item: Item, unreadSeq: number | null) => {
    const otherDay = previous === null ? whole : dayKey(previous.at) !== dayKey(item.at);
    const startsNew = !newShown && unreadSeq !== null && room.newFrom !== null && unreadSeq >= room.newFrom;
    if (otherDay) rows.push({ type: 'day', key: `day:${dayKey(item.at)}`, at: item.at });
    if (startsNew) {
      rows.push({ type: 'new', key: 'new' });
      newShown = true;
    }
    if (previous !== null && !otherDay && !startsNew && grouped(previous, item)) {
      previous.last = false;
      previous.meta = previous.mark !== item.mark;
      item.first = false;
    }
    rows.push(item);
    previous = item;
  };

  const stored = new Set<string>();
  for (const entry of room.log) {
    if (entry.senderId === me) stored.add(entry.clientMessageId);
    add(itemOf(entry, room, me), countsAsUnread(entry, me) ? entry.seq : null);
  }
  for (const item of outgoing) {
    if (stored.has(item.clientMessageId)) continue;
    const key = keyOf(true, item.clientMessageId);
    const placed = { key, at: item.createdAt, own: true, first: true, last: true, meta: true, text: item.message, mark: item.state, outgoing: item };
    add(item.attachment ? { ...placed, type: 'file', file: item.attachment } : { ...placed, type: 'text' }, null);
  }
  return rows;
}
