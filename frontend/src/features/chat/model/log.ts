import type { Entry } from '../../../shared/wire/types';

/** A stretch of a conversation without gaps, oldest first; `seq` starts at 1 and misses none. */
export type Log = readonly Entry[];

export const lastSeq = (log: Log): number => log.at(-1)?.seq ?? 0;
export const firstSeq = (log: Log): number => log[0]?.seq ?? 0;
export const hasOlder = (log: Log): boolean => firstSeq(log) > 1;

export type Appended =
  | { kind: 'added'; log: Log }
  /** We have it already: an acknowledgement and a push both bring it. */
  | { kind: 'double' }
  /** Something is missing in between: ask. */
  | { kind: 'gap' };

export function append(log: Log, entry: Entry): Appended {
  const last = lastSeq(log);
  if (entry.seq <= last) return { kind: 'double' };
  if (entry.seq !== last + 1) return { kind: 'gap' };
  return { kind: 'added', log: [...log, entry] };
}

/** So much of a conversation is kept when it is left: opening it again is as quick as if the person had never gone far back. */
export const KEPT = 500;

export const newest = (log: Log): Log => (log.length > KEPT ? log.slice(-KEPT) : log);

/** Adds what a `sync` brought; null where it leaves a gap. */
export function appendAll(log: Log, entries: readonly Entry[]): Log | null {
  const fresh = entries.filter((entry) => entry.seq > lastSeq(log));
  if (fresh.length === 0) return log;
  const whole = [...log, ...fresh];
  const from = Math.max(0, log.length - 1);
  for (let at = from + 1; at < whole.length; at += 1) {
    if (whole[at]?.seq !== (whole[at - 1]?.seq ?? 0) + 1) return null;
  }
  return whole;
}

/** Puts an older page before; null where it does not end just before what we have. */
export function prependAll(log: Log, entries: readonly Entry[]): Log | null {
  const first = firstSeq(log);
  const fresh = first === 0 ? entries : entries.filter((entry) => entry.seq < first);
  if (fresh.length === 0) return null;
  if (first !== 0 && fresh.at(-1)?.seq !== first - 1) return null;
  return [...fresh, ...log];
}

/** What a person sees as unread: what others wrote, and calls that they missed. */
export function countsAsUnread(entry: Entry, me: string): boolean {
  if (entry.senderId === me) return false;
  return entry.kind === 'message' || entry.call?.outcome === 'missed';
}

/** How many in the log follow `read`; null where the log does not reach back that far. */
export function unreadAfter(log: Log, read: number, me: string): number | null {
  if (lastSeq(log) <= read) return 0;
  if (firstSeq(log) > read + 1) return null;
  return log.filter((entry) => entry.seq > read && countsAsUnread(entry, me)).length;
}
