import type { Entry, ReplyTo } from '../../../shared/wire/types';
import { firstSeq, type Log } from './log';
import type { Change } from './outbox/outgoing';

/** As long as the server cuts what a reply quotes. */
const QUOTE_CHARS = 200;

export const isChange = (entry: Entry): boolean => entry.kind !== 'message' && entry.kind !== 'call';

/** What is shown, and what a person has to read: everything but changes. */
export const isShown = (entry: Entry): boolean => !isChange(entry);

export const quoteOf = (entry: Entry): ReplyTo => ({
  seq: entry.seq,
  messageId: entry.messageId,
  senderId: entry.senderId,
  messageType: entry.messageType,
  message: Array.from(entry.message === '' ? (entry.planName ?? '') : entry.message).slice(0, QUOTE_CHARS).join(''),
  ...(entry.deletedAt !== undefined && { deleted: true }),
});

/** What was done to a message, by whom. */
type Deed = Pick<Change, 'kind' | 'reaction'> & { by: string; message: string; at: string };

function tombstone(entry: Entry, at: string): Entry {
  const { conversationId, seq, kind, _id, messageId, clientMessageId, senderId, receiverId, createdAt, isRead } = entry;
  const place = { conversationId, seq, kind, _id, messageId, clientMessageId, senderId, receiverId, createdAt, isRead, messageType: 'text' as const };
  return { ...place, message: '', deletedAt: at };
}

/** The message as it is after that; whether it was allowed is the server's to say. */
export function after(entry: Entry, deed: Deed): Entry {
  if (entry.deletedAt !== undefined) return entry;
  switch (deed.kind) {
    case 'edit':
      return { ...entry, message: deed.message, editedAt: deed.at };
    case 'deletion':
      return tombstone(entry, deed.at);
    case 'reaction': {
      const { reactions: before = [], ...rest } = entry;
      const others = before.filter((each) => each.userId !== deed.by);
      const reactions = deed.reaction == null ? others : [...others, { userId: deed.by, reaction: deed.reaction }];
      return reactions.length === 0 ? rest : { ...rest, reactions };
    }
  }
}

/** A message with one change of it folded in; the same where that is in it already. */
export function applyChange(entry: Entry, change: Entry): Entry {
  if (change.targetSeq !== entry.seq || change.seq <= (entry.changedSeq ?? 0) || !isChange(change)) return entry;
  const kind = change.kind as Change['kind'];
  const deed: Deed = { kind, reaction: change.reaction ?? null, by: change.senderId, message: change.message, at: change.createdAt };
  return { ...after(entry, deed), changedSeq: change.seq };
}

function requoted(entry: Entry, target: Entry): Entry {
  return entry.replyTo?.seq === target.seq ? { ...entry, replyTo: quoteOf(target) } : entry;
}

/**
 * A stretch with these changes folded into the messages that they change, and into what others quote of them. Changes that a
 * message has already are known by its `changedSeq`, so that any of them may come twice.
 */
export function fold(log: Log, changes: readonly Entry[]): Log {
  const first = firstSeq(log);
  let next: Entry[] | null = null;
  let requote = false;
  for (const change of changes) {
    if (!isChange(change) || change.targetSeq === undefined) continue;
    const at = change.targetSeq - first;
    const before = (next ?? log)[at];
    if (!before) continue;
    const changed = applyChange(before, change);
    if (changed === before) continue;
    next ??= [...log];
    next[at] = changed;
    requote ||= change.kind !== 'reaction';
  }
  if (next === null) return log;
  const targets = new Map(requote ? next.filter((entry) => entry.editedAt !== undefined || entry.deletedAt !== undefined).map((entry) => [entry.seq, entry]) : []);
  return requote ? next.map((entry) => requoteFrom(entry, targets)) : next;
}

function requoteFrom(entry: Entry, targets: ReadonlyMap<number, Entry>): Entry {
  const target = entry.replyTo && targets.get(entry.replyTo.seq);
  return target ? requoted(entry, target) : entry;
}

/** The newest of what is shown; with a log that has nothing of it, the one before, changed as the log says. */
export function newestShown(log: Log, before: Entry | null): Entry | null {
  const newest = log.findLast(isShown);
  if (newest && newest.seq >= (before?.seq ?? 0)) return newest;
  return before && log.reduce(applyChange, before);
}
