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
      const reactions = before.filter((each) => each.userId !== deed.by);
      if (deed.reaction != null) {
        // One that is changed keeps its place.
        const place = before.findIndex((each) => each.userId === deed.by);
        reactions.splice(place < 0 ? reactions.length : place, 0, { userId: deed.by, reaction: deed.reaction });
      }
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

/**
 * A stretch with these changes folded into the messages that they change, and into what others quote of them. Changes that a
 * message has already are known by its `changedSeq`, so that any of them may come twice; what quotes it may have come since.
 */
export function fold(log: Log, changes: readonly Entry[]): Log {
  const first = firstSeq(log);
  let next: Entry[] | null = null;
  const reworded = new Set<number>();
  /** Of what is older than the stretch: what it said is gone from quotes, too. */
  const deleted = new Set<number>();
  for (const change of changes) {
    if (!isChange(change) || change.targetSeq === undefined) continue;
    if (change.kind !== 'reaction') reworded.add(change.targetSeq);
    if (change.kind === 'deletion') deleted.add(change.targetSeq);
    const at = change.targetSeq - first;
    const before = (next ?? log)[at];
    if (!before) continue;
    const changed = applyChange(before, change);
    if (changed === before) continue;
    next ??= [...log];
    next[at] = changed;
  }
  if (reworded.size === 0) return next ?? log;
  for (const [at, entry] of (next ?? log).entries()) {
    if (!entry.replyTo || !reworded.has(entry.replyTo.seq)) continue;
    const target = (next ?? log)[entry.replyTo.seq - first];
    const quote = target ? quoteOf(target) : deleted.has(entry.replyTo.seq) ? gone(entry.replyTo) : entry.replyTo;
    if (saysTheSame(entry.replyTo, quote)) continue;
    next ??= [...log];
    next[at] = { ...entry, replyTo: quote };
  }
  return next ?? log;
}

const gone = (quote: ReplyTo): ReplyTo => ({ ...quote, messageType: 'text', message: '', deleted: true });

const saysTheSame = (one: ReplyTo, other: ReplyTo): boolean =>
  one.message === other.message && one.messageType === other.messageType && one.deleted === other.deleted;

/** The newest of what is shown; with a log that has nothing of it, the one before, changed as the log says. */
export function newestShown(log: Log, before: Entry | null): Entry | null {
  const newest = log.findLast(isShown);
  if (newest && newest.seq >= (before?.seq ?? 0)) return newest;
  return before && log.reduce(applyChange, before);
}
