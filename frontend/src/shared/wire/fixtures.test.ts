import { expect, it, vi } from 'vitest';
import entriesPage from '../../../../fixtures/wire/entries-page.json';
import entryCall from '../../../../fixtures/wire/entry-call.json';
import entryDeleted from '../../../../fixtures/wire/entry-deleted.json';
import entryDeletion from '../../../../fixtures/wire/entry-deletion.json';
import entryEdit from '../../../../fixtures/wire/entry-edit.json';
import entryReaction from '../../../../fixtures/wire/entry-reaction.json';
import entryTakenBack from '../../../../fixtures/wire/entry-reaction-taken-back.json';
import entryReply from '../../../../fixtures/wire/entry-reply-to-deleted.json';
import deleteMessage from '../../../../fixtures/wire/delete-message.json';
import editMessage from '../../../../fixtures/wire/edit-message.json';
import react from '../../../../fixtures/wire/react.json';
import verify from '../../../../fixtures/wire/verify.json';
import entryMessage from '../../../../fixtures/wire/entry-message.json';
import entryPlan from '../../../../fixtures/wire/entry-plan.json';
import errorBody from '../../../../fixtures/wire/error.json';
import inboxJson from '../../../../fixtures/wire/inbox.json';
import presence from '../../../../fixtures/wire/presence.json';
import recordingAnswer from '../../../../fixtures/wire/recording-answer.json';
import recordingAsked from '../../../../fixtures/wire/recording-asked.json';
import recordingFailed from '../../../../fixtures/wire/recording-failed.json';
import recordingFinish from '../../../../fixtures/wire/recording-finish.json';
import recordingRequest from '../../../../fixtures/wire/recording-request.json';
import recordingRunning from '../../../../fixtures/wire/recording-running.json';
import recordingStarting from '../../../../fixtures/wire/recording-starting.json';
import recordingWithdraw from '../../../../fixtures/wire/recording-withdraw.json';
import entryRecording from '../../../../fixtures/wire/entry-recording.json';
import receipt from '../../../../fixtures/wire/receipt.json';
import receiptAnswer from '../../../../fixtures/wire/receipt-answer.json';
import restarting from '../../../../fixtures/wire/server-restarting.json';
import searchPageJson from '../../../../fixtures/wire/search-page.json';
import sessionExpired from '../../../../fixtures/wire/session-expired.json';
import syncAnswer from '../../../../fixtures/wire/sync-answer.json';
import syncQuestion from '../../../../fixtures/wire/sync.json';
import typing from '../../../../fixtures/wire/user-typing.json';
import { applyChange, ChatStore } from '../../features/chat';
import { isErrorBody } from '../lib/errors';
import type { ClientEvents, ServerEvents } from '../socket';
import { FakeConnection } from '../testing/FakeConnection';
import type { ChangeEntry, EntriesPage, Entry, Inbox, Receipt, SearchPage, SyncAnswer } from './types';

/** A type as the compiler infers it from JSON: with any string where we know which. */
type Loose<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends object
      ? { [K in keyof T]: Loose<T[K]> }
      : T;
type Pushed<E extends keyof ServerEvents> = Loose<Parameters<ServerEvents[E]>[0]>;

// The compiler is the test here: a field that the server renames or leaves out fails the check.
const entries: Loose<Entry>[] = [entryMessage, entryCall, entryPlan, entryDeleted, entryReply, entryRecording];
const changes: Loose<ChangeEntry>[] = [entryEdit, entryDeletion, entryReaction, entryTakenBack];
const page: Loose<EntriesPage> = entriesPage;
const searchPage: Loose<SearchPage> = searchPageJson;
const inbox: Loose<Inbox> = inboxJson;
const answer: Loose<SyncAnswer> = syncAnswer;
const question: ClientEvents['sync'][0] = syncQuestion;
const deeds: [ClientEvents['edit-message'][0], ClientEvents['delete-message'][0], ClientEvents['react'][0], ClientEvents['verify'][0]] = [
  editMessage, deleteMessage, react, verify,
];
const recordings: [ClientEvents['recording-request'][0], ClientEvents['recording-answer'][0], ClientEvents['recording-withdraw'][0], ClientEvents['recording-finish'][0]] = [
  recordingRequest, recordingAnswer, recordingWithdraw, recordingFinish,
];
const stands: Pushed<'recording'>[] = [recordingAsked, recordingRunning, recordingStarting, recordingFailed];
const acknowledged: Receipt = receiptAnswer;
const pushed: {
  receipt: Pushed<'receipt'>;
  presence: Pushed<'presence'>;
  typing: Pushed<'user-typing'>;
  expired: Pushed<'session-expired'>;
  restarting: Pushed<'server-restarting'>;
} = { receipt, presence, typing, expired: sessionExpired, restarting };

it('takes what the server is known to send', async () => {
  const connection = new FakeConnection();
  const api = { inbox: () => Promise.resolve(inbox as Inbox), entries: () => Promise.resolve(page as EntriesPage), search: () => Promise.resolve(searchPage as SearchPage) };
  const chat = new ChatStore({ userId: inbox.user._id, connection, api });
  chat.start();
  connection.phase.set('online');
  await vi.waitFor(() => expect(connection.names()).toContain('sync'));
  expect(chat.state.value.rooms.size).toBe(inbox.contacts.length);
  const asked = await connection.answer('sync', answer as SyncAnswer);
  expect(Object.keys(asked)).toEqual(expect.arrayContaining(Object.keys(question)));
  for (const entry of entries) connection.push('entry', entry as Entry);
  connection.push('receipt', pushed.receipt);
  const room = [...chat.state.value.rooms.values()].find((each) => each.conversationId === pushed.receipt.conversationId);
  const seqs = room?.log.map((entry) => entry.seq) ?? [];
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  expect(Object.keys(acknowledged).sort()).toEqual(['delivered', 'read']);
});

it('makes of a message what its changes say', () => {
  expect([deeds.length, recordings.length, stands.length]).toEqual([4, 4, 4]);
  const message = { ...entryMessage, seq: 1 } as Entry;
  const whole = (changes as Entry[]).sort((a, b) => a.seq - b.seq).reduce(applyChange, message);
  expect(whole).toEqual({ ...entryDeleted, _id: message._id, messageId: message.messageId, clientMessageId: message.clientMessageId, senderId: message.senderId, receiverId: message.receiverId, createdAt: message.createdAt, conversationId: message.conversationId, isRead: message.isRead });
});

it('knows an error when it sees one', () => {
  expect(isErrorBody(errorBody)).toBe(true);
  expect(isErrorBody(receiptAnswer)).toBe(false);
});
