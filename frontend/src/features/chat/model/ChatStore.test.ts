import { describe, expect, it, vi } from 'vitest';
import { contactOf, CONVERSATION, entriesOf, entryOf, ME, OTHER, userOf } from '../../../shared/testing/data';
import { FakeConnection } from '../../../shared/testing/FakeConnection';
import type { ConversationRow, Entry, Inbox, SyncAnswer } from '../../../shared/wire/types';
import { ChatStore } from './ChatStore';

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
  const api = { inbox: vi.fn(() => Promise.resolve(inbox)), entries: vi.fn() };
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
    expect(api.entries).toHaveBeenLastCalledWith(CONVERSATION, 10);
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
    const api = { inbox: vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue(inbox), entries: vi.fn() };
    const chat = new ChatStore({ userId: ME, connection, api });
    chat.start();
    await vi.waitFor(() => expect(chat.state.value.phase).toBe('failed'));
    connection.phase.set('online');
    await vi.waitFor(() => expect(chat.state.value.phase).toBe('ready'));
  });
});
