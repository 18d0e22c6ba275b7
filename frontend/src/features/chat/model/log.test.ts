import { describe, expect, it, test } from 'vitest';
import { entriesOf, entryOf, ME } from '../../../shared/testing/data';
import { append, appendAll, countsAsUnread, hasOlder, prependAll, unreadAfter } from './log';

describe('append', () => {
  test.each([
    { have: entriesOf(1, 3), seq: 4, kind: 'added' },
    { have: entriesOf(1, 3), seq: 3, kind: 'double' },
    { have: entriesOf(2, 3), seq: 1, kind: 'double' },
    { have: entriesOf(1, 3), seq: 5, kind: 'gap' },
    { have: [], seq: 1, kind: 'added' },
    { have: [], seq: 2, kind: 'gap' },
  ])('seq $seq after $have.length is $kind', ({ have, seq, kind }) => {
    expect(append(have, entryOf(seq)).kind).toBe(kind);
  });
});

describe('appendAll', () => {
  it('drops what is there already', () => {
    expect(appendAll(entriesOf(1, 3), entriesOf(2, 5))?.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5]);
  });
  it('refuses a gap, before the first and within', () => {
    expect(appendAll(entriesOf(1, 3), entriesOf(5, 6))).toBeNull();
    expect(appendAll(entriesOf(1, 3), [entryOf(4), entryOf(6)])).toBeNull();
  });
  it('keeps the same log where nothing is new', () => {
    const log = entriesOf(1, 3);
    expect(appendAll(log, entriesOf(1, 2))).toBe(log);
  });
});

describe('prependAll', () => {
  it('joins a page that ends just before', () => {
    expect(prependAll(entriesOf(4, 5), entriesOf(2, 4))?.map((entry) => entry.seq)).toEqual([2, 3, 4, 5]);
  });
  it('refuses one that does not, and an empty one', () => {
    expect(prependAll(entriesOf(4, 5), entriesOf(1, 2))).toBeNull();
    expect(prependAll(entriesOf(4, 5), [])).toBeNull();
  });
});

it('knows whether there is more before', () => {
  expect(hasOlder(entriesOf(2, 3))).toBe(true);
  expect(hasOlder(entriesOf(1, 3))).toBe(false);
  expect(hasOlder([])).toBe(false);
});

it('counts messages of others and calls that I missed as unread', () => {
  const call = { callId: 'x', callType: 'video', durationMs: 0 } as const;
  expect(countsAsUnread(entryOf(1), ME)).toBe(true);
  expect(countsAsUnread(entryOf(1, { senderId: ME }), ME)).toBe(false);
  expect(countsAsUnread(entryOf(1, { kind: 'call', messageType: 'call', call: { ...call, outcome: 'missed' } }), ME)).toBe(true);
  expect(countsAsUnread(entryOf(1, { kind: 'call', messageType: 'call', call: { ...call, outcome: 'completed' } }), ME)).toBe(false);
});

it('cannot count unread ones that it has not', () => {
  expect(unreadAfter(entriesOf(5, 9), 6, ME)).toBe(3);
  expect(unreadAfter(entriesOf(5, 9), 4, ME)).toBe(5);
  expect(unreadAfter(entriesOf(5, 9), 2, ME)).toBeNull();
  expect(unreadAfter(entriesOf(5, 9), 9, ME)).toBe(0);
});
