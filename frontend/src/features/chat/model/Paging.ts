import type { ChatApi } from '../api';
import { firstSeq, hasOlder, lastSeq, prependAll } from './log';
import { fold } from './fold';
import { growReceipts, shownLog, withLog, type Room } from './room';
import type { Rooms } from './Rooms';

/** Loaded at once when a conversation opens: about a screen and a half. */
export const FIRST_PAGE = 30;

/** Brings what is before the newest: page by page, or a stretch around one message far back. */
export class Paging {
  constructor(
    private readonly rooms: Rooms,
    private readonly api: ChatApi,
  ) {}

  async older(otherId: string): Promise<void> {
    const room = this.rooms.of(otherId);
    if (!room || room.conversationId === null || !hasOlder(shownLog(room)) || room.older === 'loading') return;
    const before = firstSeq(shownLog(room));
    this.rooms.patch(otherId, { older: 'loading' });
    try {
      const page = await this.api.entries(room.conversationId, { before });
      this.rooms.change(otherId, (now) => {
        const idle = { ...now, older: 'idle' as const, receipts: growReceipts(now.receipts, page.receipts) };
        if (now.past && firstSeq(now.past.log) === before) {
          return { ...idle, past: { ...now.past, log: fold(prependAll(now.past.log, page.entries) ?? now.past.log, now.log) } };
        }
        if (firstSeq(now.log) !== before) return idle;
        const log = prependAll(now.log, page.entries) ?? now.log;
        // Where more is unread than the first page has, the line stands at the first that is here, and stays there.
        const newFrom = now.newFrom !== null && now.log.length < FIRST_PAGE ? Math.max(now.newFrom, firstSeq(log)) : now.newFrom;
        const longer = { ...withLog(idle, log), newFrom };
        // What was looked for far back came while this was on its way.
        return now.past ? join(longer, now.past.log) : longer;
      });
    } catch {
      this.rooms.patch(otherId, { older: 'failed' });
    }
  }

  /** Below a stretch far back: until it meets the newest. */
  async newer(otherId: string): Promise<void> {
    const room = this.rooms.of(otherId);
    if (!room?.past || room.conversationId === null || room.past.newer === 'loading') return;
    const after = lastSeq(room.past.log);
    this.#setNewer(otherId, 'loading');
    try {
      const page = await this.api.entries(room.conversationId, { after });
      this.rooms.change(otherId, (now) => {
        if (!now.past || lastSeq(now.past.log) !== after) return now;
        return join(now, [...now.past.log, ...page.entries.filter((entry) => entry.seq > after)]);
      });
    } catch {
      this.#setNewer(otherId, 'failed');
    }
  }

  /** Makes a message be among those that are shown; false where it could not be loaded. */
  async around(otherId: string, seq: number): Promise<boolean> {
    const room = this.rooms.of(otherId);
    if (!room || room.conversationId === null) return false;
    if (holds(shownLog(room), seq)) return true;
    if (holds(room.log, seq)) {
      this.latest(otherId);
      return true;
    }
    try {
      const page = await this.api.entries(room.conversationId, { around: seq });
      if (!holds(page.entries, seq)) return false;
      this.rooms.change(otherId, (now) => join(now, page.entries));
      return true;
    } catch {
      return false;
    }
  }

  /** Back to the newest. */
  latest(otherId: string): void {
    if (!this.rooms.of(otherId)?.past) return;
    this.rooms.patch(otherId, { past: null, older: 'idle' });
    // It may have been opened far back, with no more of the newest than the list shows.
    if ((this.rooms.of(otherId)?.log.length ?? 0) < FIRST_PAGE) void this.older(otherId);
  }

  #setNewer(otherId: string, newer: 'loading' | 'failed'): void {
    this.rooms.change(otherId, (now) => (now.past ? { ...now, past: { ...now.past, newer } } : now));
  }
}

const holds = (log: readonly { seq: number }[], seq: number): boolean => log.some((entry) => entry.seq === seq);

/** A stretch beside the newest, or one with it where they meet. */
function join(room: Room, stretch: Room['log']): Room {
  if (lastSeq(stretch) < firstSeq(room.log) - 1) {
    return { ...room, older: 'idle', past: { log: fold(stretch, room.log), newer: 'idle' } };
  }
  const log = prependAll(room.log, stretch) ?? room.log;
  return withLog({ ...room, older: 'idle', past: null }, log);
}
