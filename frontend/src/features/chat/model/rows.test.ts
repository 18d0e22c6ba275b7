import { describe, expect, it } from 'vitest';
import { contactOf, entriesOf, entryOf, ME, OTHER } from '../../../shared/testing/data';
import type { Outgoing } from './outbox/outgoing';
import { emptyRoom, type Room } from './room';
import { rowsOf } from './rows';

const roomOf = (part: Partial<Room>): Room => ({ ...emptyRoom(contactOf()), conversationId: 'c', ...part });
const types = (room: Room, outgoing: readonly Outgoing[] = []) => rowsOf(room, outgoing, ME).map((row) => row.type);
const waiting = (part: Partial<Outgoing> = {}): Outgoing => ({
  clientMessageId: 'mine', receiverId: OTHER, message: 'hello', createdAt: '2026-01-05T09:59:00.000Z', place: 1, state: 'waiting', ...part,
});

describe('rowsOf', () => {
  it('begins with the beginning only where there is nothing older', () => {
    expect(types(roomOf({ log: entriesOf(1, 1) }))).toEqual(['start', 'day', 'text']);
    expect(types(roomOf({ log: entriesOf(2, 2) }))).toEqual(['text']);
  });

  it('separates days', () => {
    const log = [entryOf(2, { createdAt: '2026-01-04T12:00:00.000Z' }), entryOf(3, { createdAt: '2026-01-06T12:00:00.000Z' })];
    expect(types(roomOf({ log }))).toEqual(['text', 'day', 'text']);
  });

  it('groups one sender within five minutes', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString();
    const log = [
      entryOf(2, { createdAt: at(0) }), entryOf(3, { createdAt: at(4) }), entryOf(4, { createdAt: at(10) }),
      entryOf(5, { createdAt: at(11), senderId: ME }),
    ];
    const shape = rowsOf(roomOf({ log }), [], ME).flatMap((row) => ('first' in row ? [[row.first, row.last, row.meta]] : []));
    expect(shape).toEqual([[true, false, false], [false, true, true], [true, true, true], [true, true, true]]);
  });

  it('puts the New line before the first unread of the other', () => {
    const log = [entryOf(2), entryOf(3, { senderId: ME }), entryOf(4)];
    expect(types(roomOf({ log, newFrom: 3 }))).toEqual(['text', 'text', 'new', 'text']);
  });

  it('marks own messages by how far the other has come, and shows where that changes', () => {
    const log = [entryOf(2, { senderId: ME }), entryOf(3, { senderId: ME }), entryOf(4, { senderId: ME })];
    const receipts = { mine: { delivered: 0, read: 0 }, theirs: { delivered: 3, read: 2 } };
    const marks = rowsOf(roomOf({ log, receipts }), [], ME).flatMap((row) => (row.type === 'text' ? [[row.mark, row.meta]] : []));
    expect(marks).toEqual([['read', true], ['delivered', true], ['sent', true]]);
  });

  it('makes the same rows again but for what has changed', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString();
    const log = [entryOf(2, { createdAt: at(0) }), entryOf(3, { createdAt: at(20), senderId: ME }), entryOf(4, { createdAt: at(40) }), entryOf(5, { createdAt: at(41) })];
    const before = rowsOf(roomOf({ log }), [], ME);
    const later = roomOf({
      log: [...log, entryOf(6, { createdAt: at(42) })],
      receipts: { mine: { delivered: 0, read: 0 }, theirs: { delivered: 3, read: 0 } },
    });
    const after = rowsOf(later, [], ME);
    expect(after.map((row, index) => row === before[index])).toEqual([true, false, true, false, false]);
    const react: Outgoing = waiting({ state: 'sending', change: { kind: 'reaction', messageId: 'e2', seq: 2, reaction: '👍' } });
    expect(rowsOf(later, [react], ME)[0]).toMatchObject({ reactions: [{ userId: ME, reaction: '👍' }] });
    expect(rowsOf(later, [], ME)[0]).toBe(before[0]);
    // The same entries as the other person sees them.
    expect(rowsOf(later, [], OTHER)[0]).toMatchObject({ own: true });
  });

  it('shows a message once, under one key, on its way and stored', () => {
    const before = rowsOf(roomOf({ log: [entryOf(2)] }), [waiting()], ME).at(-1);
    const log = [entryOf(2), entryOf(3, { senderId: ME, clientMessageId: 'mine', message: 'hello' })];
    const after = rowsOf(roomOf({ log }), [waiting({ state: 'sent' })], ME);
    expect(after.filter((row) => row.type === 'text')).toHaveLength(2);
    expect(after.at(-1)?.key).toBe(before?.key);
  });
});
