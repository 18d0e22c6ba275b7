import { expect, vi } from 'vitest';
import { CallStarterContext } from '../../../shared/lib/callStarter';
import { contactOf, CONVERSATION, entriesOf, entryOf, ME, userOf } from '../../../shared/testing/data';
import { FakeConnection } from '../../../shared/testing/FakeConnection';
import { renderAt } from '../../../shared/testing/render';
import type { Contact, ConversationRow, Inbox } from '../../../shared/wire/types';
import type { ChatApi } from '../api';
import { ChatStore } from '../model/ChatStore';
import { ChatContext } from '../model/context';
import { UserChatPanel } from './UserChatPanel';

const zero = { delivered: 0, read: 0 };

/** jsdom lays nothing out; the list needs a height to show rows in. */
export function layOut(): void {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
}

/** A dietician's page at an address, connected and caught up. */
export async function setUp(path: string, rows: ConversationRow[], others: Contact[] = []) {
  const connection = new FakeConnection();
  const inbox: Inbox = { user: userOf({ role: 2 }), epoch: 'e1', conversations: rows, contacts: [...rows.map((row) => row.other), ...others] };
  const api = {
    inbox: () => Promise.resolve(inbox),
    entries: vi.fn<ChatApi['entries']>(() => Promise.resolve({ entries: entriesOf(1, 2), more: false, receipts: { mine: zero, theirs: zero } })),
    search: vi.fn<ChatApi['search']>(() => Promise.resolve({ results: [], next: null })),
  };
  const chat = new ChatStore({ userId: ME, connection, api });
  chat.start();
  connection.phase.set('online');
  await vi.waitFor(() => expect(connection.names()).toContain('sync'));
  await connection.answer('sync', { epoch: 'e1', reset: false, conversations: {} });
  const calls = { start: vi.fn(), active: false };
  const page = await renderAt(path, <CallStarterContext value={calls}><ChatContext value={chat}><UserChatPanel /></ChatContext></CallStarterContext>);
  return { ...page, chat, connection, calls, api };
}

export const rowOf = (part: Partial<ConversationRow> = {}): ConversationRow => ({
  conversationId: CONVERSATION, other: contactOf({ role: 1, name: 'Peter Novak' }), lastEntry: entryOf(3, { message: 'the third' }), lastSeq: 3,
  unread: 2, receipts: { mine: { delivered: 1, read: 1 }, theirs: zero }, ...part,
});
