import { describe, expect, it, vi } from 'vitest';
import { contactOf, CONVERSATION, entriesOf, entryOf, ME, OTHER, userOf } from '../../../shared/testing/data';
import { FakeConnection } from '../../../shared/testing/FakeConnection';
import type { ConversationRow, Entry, Inbox, SyncAnswer } from '../../../shared/wire/types';
import { AppError } from '../../../shared/lib/errors';
import { ChatStore } from './ChatStore';
import { shownLog, type Room } from './room';
import { rowsOf } from './rows';

const receipts = (read = 0, theirs = 0) => ({ mine: { delivered: read, read }, theirs: { delivered: theirs, read: theirs } });

function rowOf(last: number, part: Partial<ConversationRow> = {}): ConversationRow {
  return { conversationId: CONVERSATION, other: contactOf(), lastEntry: entryOf(last), lastSeq: last, unread: 0, receipts: receipts(last), ...part };
}

function syncOf(entries: Entry[], part: { more?: boolean; reset?: boolean; unread?: number } = {}): SyncAnswer {
  const conversation = { entries, more: false, reset: false, receipts: receipts(), unread: entries.length, ...part };
  return { epoch: 'e1', reset: false, conversations: { [CONVERSATION]: conversation } };
}

const nothing: SyncAnswer = { epoch: 'e1', reset: false, conversations: {} };

async function setUp(conversations: ConversationRow[] = [rowOf(10)]) {
  const connection = new FakeConnection();
  const inbox: Inbox = { user: userOf(), epoch: 'e1', conversations, contacts: [contactOf()] };
  const api = { inbox: vi.fn(() => Promise.resolve(inbox)), entries: vi.fn(), search: vi.fn() };
  const chat = new ChatStore({ userId: ME, connection, api });
  chat.start();
  connection.phase.set('online');
  await vi.waitFor(() => expect(connection.names()).toContain('sync'));
  const seqs = () => chat.room(OTHER)?.log.map((entry) => entry.seq);
  return { connection, api, chat, seqs, inbox };
}

describe('ChatStore', () => {
  it('asks for what follows the inbox, with the last seq of each conversation', async () => {
    const { connection, seqs } = await setUp();
    const asked = await connection.answer('sync', syncOf(entriesOf(11, 12)));
    expect(asked).toEqual({ epoch: 'e1', conversations: { [CONVERSATION]: 10 } });
    expect(seqs()).toEqual([10, 11, 12]);
  });

  it('asks again while there is more', async () => {
    const { connection, seqs } = await setUp();
    await connection.answer('sync', syncOf(entriesOf(11, 12), { more: true }));
    expect(await connection.answer('sync', syncOf(entriesOf(13, 13)))).toMatchObject({ conversations: { [CONVERSATION]: 12 } });
    expect(seqs()).toEqual([10, 11, 12, 13]);
    expect(connection.names()).not.toContain('sync');
  });

  it('edits the last text of one’s own that is not deleted', async () => {
    const { connection, chat } = await setUp();
    const now = new Date().toISOString();
    connection.push('entry', entryOf(11, { senderId: ME, createdAt: now, message: 'Tomorow' }));
    connection.push('entry', entryOf(12, { senderId: ME, createdAt: now, message: '', deletedAt: now }));
    expect(chat.editLast(OTHER)).toBe(true);
    expect(chat.aims.state.value.get(OTHER)).toMatchObject({ kind: 'edit', text: 'Tomorow' });
  });

  it('takes the next entry, drops doubles, and asks where one is missing', async () => {
    const { connection, seqs } = await setUp();
    await connection.answer('sync', nothing);
    connection.push('entry', entryOf(11));
    connection.push('entry', entryOf(11));
    expect(seqs()).toEqual([10, 11]);
    connection.push('entry', entryOf(13));
    expect(seqs()).toEqual([10, 11]);
    await connection.answer('sync', syncOf(entriesOf(12, 13)));
    expect(seqs()).toEqual([10, 11, 12, 13]);
  });

  it('drops what it had where the server says so', async () => {
    const { connection, seqs } = await setUp();
    await connection.answer('sync', syncOf(entriesOf(40, 42), { reset: true }));
    expect(seqs()).toEqual([40, 41, 42]);
  });

  it('asks again for what was pushed before an answer that drops what it had', async () => {
    const { connection, seqs } = await setUp();
    connection.push('entry', entryOf(11));
    await connection.answer('sync', syncOf(entriesOf(9, 10), { reset: true }));
    expect(seqs()).toEqual([9, 10]);
    await connection.answer('sync', syncOf(entriesOf(11, 11)));
    expect(seqs()).toEqual([9, 10, 11]);
  });

  it('empties conversations that another epoch does not know', async () => {
    const { connection, seqs, chat } = await setUp();
    await connection.answer('sync', { epoch: 'e2', reset: true, conversations: {} });
    expect(seqs()).toEqual([]);
    expect(chat.room(OTHER)?.conversationId).toBeNull();
  });

  it('catches up after each break', async () => {
    const { connection, chat } = await setUp();
    await connection.answer('sync', nothing);
    connection.phase.set('offline');
    connection.phase.set('online');
    expect(connection.names()).toContain('sync');
    expect(chat.state.value.catchingUp).toBe(true);
    // One question for the connection, and perhaps one for the inbox that comes anew.
    await vi.waitFor(async () => {
      if (connection.names().includes('sync')) await connection.answer('sync', nothing);
      expect(chat.state.value.catchingUp).toBe(false);
    });
  });

  it('counts unread, says delivered at once, and read when it was seen', async () => {
    const { connection, chat } = await setUp();
    await connection.answer('sync', nothing);
    connection.push('entry', entryOf(11));
    expect(chat.room(OTHER)?.unread).toBe(1);
    expect(await connection.answer('delivered', { delivered: 11, read: 10 })).toEqual({ conversationId: CONVERSATION, seq: 11 });
    chat.markRead(OTHER);
    expect(chat.room(OTHER)?.unread).toBe(0);
    expect(await connection.answer('read', { delivered: 11, read: 11 })).toEqual({ conversationId: CONVERSATION, seq: 11 });
  });

  it('does not count again what was read while the answer was on its way', async () => {
    const { connection, chat } = await setUp([rowOf(10, { unread: 1, receipts: receipts(9) })]);
    chat.markRead(OTHER);
    const answer = syncOf([], { unread: 1 });
    await connection.answer('sync', answer);
    expect(chat.room(OTHER)?.unread).toBe(0);
  });

  it('knows what was read on another device of mine, and by the other', async () => {
    const { connection, chat } = await setUp([rowOf(10, { unread: 1, receipts: receipts(9) })]);
    await connection.answer('sync', nothing);
    connection.push('receipt', { conversationId: CONVERSATION, userId: ME, delivered: 10, read: 10 });
    expect(chat.room(OTHER)?.unread).toBe(0);
    connection.push('receipt', { conversationId: CONVERSATION, userId: OTHER, delivered: 10, read: 8 });
    connection.push('receipt', { conversationId: CONVERSATION, userId: OTHER, delivered: 9, read: 9 });
    expect(chat.room(OTHER)?.receipts.theirs).toEqual({ delivered: 10, read: 9 });
  });

  it('shows a sent message once, whether the push or the answer comes first', async () => {
    const { connection, chat, seqs } = await setUp();
    await connection.answer('sync', nothing);
    chat.send(OTHER, 'hello');
    const id = chat.outbox.items.value[0]?.clientMessageId ?? '';
    const stored = entryOf(11, { senderId: ME, clientMessageId: id, message: 'hello' });
    connection.push('entry', stored);
    expect(chat.outbox.items.value).toEqual([]);
    await connection.answer('send-message', stored);
    expect(seqs()).toEqual([10, 11]);
    expect(chat.outbox.items.value).toEqual([]);
  });

  it('begins a conversation with its first message', async () => {
    const { connection, chat, seqs } = await setUp([]);
    await connection.answer('sync', nothing);
    connection.push('entry', entryOf(1));
    expect(seqs()).toEqual([1]);
    expect(chat.room(OTHER)).toMatchObject({ conversationId: CONVERSATION, unread: 1 });
  });

  it('loads older pages before the log, and survives a failure', async () => {
    const { connection, api, chat, seqs } = await setUp();
    await connection.answer('sync', nothing);
    api.entries.mockRejectedValueOnce(new Error('away'));
    await chat.loadOlder(OTHER);
    expect(chat.room(OTHER)?.older).toBe('failed');
    api.entries.mockResolvedValueOnce({ entries: entriesOf(6, 9), more: true, receipts: receipts() });
    await chat.loadOlder(OTHER);
    expect(api.entries).toHaveBeenLastCalledWith(CONVERSATION, { before: 10 });
    expect(seqs()).toEqual([6, 7, 8, 9, 10]);
  });

  it('draws the New line at the first unread and takes it away when the person leaves', async () => {
    const { connection, api, chat } = await setUp([rowOf(10, { unread: 2, receipts: receipts(8) })]);
    await connection.answer('sync', nothing);
    api.entries.mockResolvedValue({ entries: entriesOf(1, 9), more: false, receipts: receipts() });
    chat.open(OTHER);
    expect(chat.room(OTHER)?.newFrom).toBe(9);
    chat.markRead(OTHER);
    expect(chat.room(OTHER)?.newFrom).toBe(9);
    chat.leave(OTHER);
    expect(chat.room(OTHER)?.newFrom).toBeNull();
  });

  it('keeps no more than the newest of what the person leaves, and loads the rest again', async () => {
    const { connection, api, chat } = await setUp([rowOf(900, { receipts: receipts(900) })]);
    await connection.answer('sync', nothing);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(1, 899), more: false, receipts: receipts(900) });
    chat.open(OTHER);
    await vi.waitFor(() => expect(chat.room(OTHER)?.log.length).toBe(900));
    chat.leave(OTHER);
    expect(chat.room(OTHER)?.log.map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, n) => 401 + n));
    api.entries.mockResolvedValueOnce({ entries: entriesOf(371, 400), more: true, receipts: receipts(900) });
    await chat.loadOlder(OTHER);
    expect(api.entries.mock.lastCall?.[1]).toEqual({ before: 401 });
    expect(chat.room(OTHER)?.log.length).toBe(530);
  });

  it('leaves the New line where it stood when more unread ones come before it', async () => {
    const { connection, api, chat } = await setUp([rowOf(100, { unread: 90, receipts: receipts(10) })]);
    await connection.answer('sync', nothing);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(60, 99), more: true, receipts: receipts() });
    chat.open(OTHER);
    await vi.waitFor(() => expect(chat.room(OTHER)?.newFrom).toBe(60));
    api.entries.mockResolvedValueOnce({ entries: entriesOf(20, 59), more: true, receipts: receipts() });
    await chat.loadOlder(OTHER);
    expect(chat.room(OTHER)?.newFrom).toBe(60);
  });

  it('tells why there is nothing, and tries again with the connection', async () => {
    const connection = new FakeConnection();
    const inbox: Inbox = { user: userOf(), epoch: 'e1', conversations: [], contacts: [] };
    const api = { inbox: vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue(inbox), entries: vi.fn(), search: vi.fn() };
    const chat = new ChatStore({ userId: ME, connection, api });
    chat.start();
    await vi.waitFor(() => expect(chat.state.value.phase).toBe('failed'));
    connection.phase.set('online');
    await vi.waitFor(() => expect(chat.state.value.phase).toBe('ready'));
  });
});

describe('changes of messages', () => {
  const change = (seq: number, kind: 'edit' | 'deletion' | 'reaction', targetSeq: number, part: Partial<Entry> = {}) =>
    entryOf(seq, { kind, targetSeq, target: `e${targetSeq}`, ...part });

  it('folds what is pushed into the message and the preview, and counts nothing', async () => {
    const { connection, chat } = await setUp();
    await connection.answer('sync', nothing);
    connection.push('entry', change(11, 'edit', 10, { message: 'better' }));
    expect(chat.room(OTHER)?.log[0]).toMatchObject({ message: 'better', changedSeq: 11 });
    connection.push('entry', change(12, 'deletion', 10));
    expect(chat.room(OTHER)).toMatchObject({ unread: 0, lastMessage: { seq: 10, message: '', deletedAt: expect.any(String) as string } });
    chat.markRead(OTHER);
    expect(connection.names()).toEqual([]);
  });

  it('folds what a catch-up brings, also into a message that comes later with an older page', async () => {
    const { connection, api, chat } = await setUp();
    await connection.answer('sync', syncOf([change(11, 'edit', 9, { message: 'better' }), change(12, 'edit', 8, { message: 'new' })], { unread: 0 }));
    api.entries.mockResolvedValueOnce({ entries: [entryOf(8, { message: 'newer', changedSeq: 13 }), entryOf(9)], more: true, receipts: receipts() });
    await chat.loadOlder(OTHER);
    expect(chat.room(OTHER)?.log.slice(0, 2).map((entry) => entry.message)).toEqual(['newer', 'better']);
  });

  it('sends them one after another, each under an id of its own, and shows them at once', async () => {
    const { connection, chat } = await setUp([rowOf(10, { lastEntry: entryOf(10, { senderId: ME }) })]);
    await connection.answer('sync', nothing);
    const entry = chat.room(OTHER)?.log[0] as Entry;
    chat.aims.set(OTHER, { kind: 'edit', entry, text: entry.message });
    chat.send(OTHER, 'better');
    chat.react(entry, '👍');
    const [text] = rowsOf(chat.room(OTHER) as Room, chat.outbox.items.value, ME).filter((row) => row.type === 'text');
    expect(text).toMatchObject({ text: 'better', edited: true, mark: 'sending', reactions: [{ userId: ME, reaction: '👍' }] });
    const id = chat.outbox.items.value[0]?.clientMessageId ?? '';
    const asked = await connection.answer('edit-message', change(11, 'edit', 10, { senderId: ME, message: 'better', clientMessageId: id }));
    expect(asked).toEqual({ clientMessageId: id, messageId: 'e10', message: 'better' });
    await vi.waitFor(() => expect(connection.names()).toContain('react'));
    expect(chat.outbox.items.value).toHaveLength(1);
    expect(chat.room(OTHER)?.log[0]?.message).toBe('better');
  });

  it('says what could not be changed, and shows it as it was', async () => {
    const { connection, chat } = await setUp();
    await connection.answer('sync', nothing);
    chat.react(chat.room(OTHER)?.log[0] as Entry, '👍');
    connection.asked.find(({ event }) => event === 'react')?.reject(new AppError('message_deleted'));
    await vi.waitFor(() => expect(chat.outbox.items.value[0]?.state).toBe('failed'));
    const [row] = rowsOf(chat.room(OTHER) as Room, chat.outbox.items.value, ME).filter((each) => each.type === 'text');
    expect(row).toMatchObject({ reactions: [], outgoing: { code: 'message_deleted' } });
  });

  it('waits without a connection, and the newest of a kind alone goes out', async () => {
    const { connection, chat } = await setUp();
    await connection.answer('sync', nothing);
    connection.phase.set('offline');
    const entry = chat.room(OTHER)?.log[0] as Entry;
    for (const reaction of ['👍', '❤️', null]) chat.react(entry, reaction);
    connection.phase.set('online');
    await vi.waitFor(() => expect(connection.names()).toContain('react'));
    expect(connection.asked.filter(({ event }) => event === 'react').map(({ payload }) => payload)).toMatchObject([{ reaction: null }]);
    expect(chat.outbox.items.value).toHaveLength(1);
  });
});

describe('what is far back', () => {
  it('is shown instead of the newest, until it meets them', async () => {
    const { connection, api, chat } = await setUp([rowOf(500)]);
    await connection.answer('sync', nothing);
    const shown = () => shownLog(chat.room(OTHER) as Room).map((entry) => entry.seq);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(95, 105), more: true, moreAfter: true, receipts: receipts() });
    expect(await chat.jump(OTHER, 100)).toBe(true);
    expect(api.entries).toHaveBeenLastCalledWith(CONVERSATION, { around: 100 });
    expect([shown().at(0), shown().at(-1)]).toEqual([95, 105]);
    expect(chat.room(OTHER)?.spot).toEqual({ seq: 100 });

    connection.push('entry', entryOf(501));
    expect(shown().at(-1)).toBe(105);
    chat.markRead(OTHER);
    expect(chat.room(OTHER)?.unread).toBe(1);

    api.entries.mockResolvedValueOnce({ entries: entriesOf(106, 499), more: true, receipts: receipts() });
    await chat.loadNewer(OTHER);
    expect(chat.room(OTHER)?.past).toBeNull();
    expect([shown().at(0), shown().at(-1)]).toEqual([95, 501]);
  });

  it('is left for the newest by writing', async () => {
    const { connection, api, chat } = await setUp([rowOf(500)]);
    await connection.answer('sync', nothing);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(95, 105), more: true, receipts: receipts() });
    await chat.jump(OTHER, 100);
    chat.send(OTHER, 'hello');
    expect(chat.room(OTHER)?.past).toBeNull();
  });

  it('leaves the newest whole, when it comes before the first page has', async () => {
    const { connection, api, chat, seqs } = await setUp([rowOf(500)]);
    await connection.answer('sync', nothing);
    let arrive: (page: object) => void = () => undefined;
    api.entries.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
    chat.open(OTHER);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(95, 105), more: true, receipts: receipts() });
    await chat.jump(OTHER, 100);
    arrive({ entries: entriesOf(450, 499), more: true, receipts: receipts() });
    await vi.waitFor(() => expect([seqs()?.at(0), seqs()?.at(-1)]).toEqual([450, 500]));
    expect(shownLog(chat.room(OTHER) as Room).map(({ seq }) => seq)).toEqual(entriesOf(95, 105).map(({ seq }) => seq));
  });

  it('is followed by a first page of the newest, if there was none', async () => {
    const { connection, api, chat, seqs } = await setUp([rowOf(500)]);
    await connection.answer('sync', nothing);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(95, 105), more: true, receipts: receipts() });
    await chat.jump(OTHER, 100);
    chat.open(OTHER);
    api.entries.mockResolvedValueOnce({ entries: entriesOf(450, 499), more: true, receipts: receipts() });
    chat.backToLatest(OTHER);
    await vi.waitFor(() => expect(seqs()).toHaveLength(51));
  });
});

describe('proof', () => {
  const ask = () => window.dispatchEvent(new Event('focus'));

  it('asks when the person comes back whether anything is missing, and catches up if so', async () => {
    const { connection } = await setUp();
    await connection.answer('sync', nothing);
    ask();
    expect(await connection.answer('verify', { same: true })).toEqual({ epoch: 'e1', conversations: 1, entries: 10 });
    expect(connection.names()).not.toContain('sync');
    ask();
    await connection.answer('verify', { same: false });
    expect(connection.names()).toContain('sync');
  });

  it('asks after half a minute of silence', async () => {
    vi.useFakeTimers();
    const { connection } = await setUp();
    await connection.answer('sync', nothing);
    await vi.advanceTimersByTimeAsync(29_000);
    connection.push('entry', entryOf(11));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(connection.names()).not.toContain('verify');
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.names()).toContain('verify');
  });
});
