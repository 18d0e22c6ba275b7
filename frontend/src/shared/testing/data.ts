import type { Contact, Entry, UserRecord } from '../wire/types';

export const ME = '0000000000000000000000aa';
export const OTHER = '0000000000000000000000bb';
export const CONVERSATION = '0000000000000000000000cc';

export function entryOf(seq: number, part: Partial<Entry> = {}): Entry {
  const own = part.senderId === ME;
  return {
    conversationId: CONVERSATION,
    seq,
    kind: 'message',
    _id: `e${seq}`,
    messageId: `e${seq}`,
    clientMessageId: `c${seq}`,
    senderId: OTHER,
    receiverId: own ? OTHER : ME,
    createdAt: new Date(Date.UTC(2026, 0, 5, 9, seq)).toISOString(),
    isRead: false,
    message: `message ${seq}`,
    messageType: 'text',
    ...part,
  };
}

export const entriesOf = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entryOf(from + index));

export function contactOf(part: Partial<Contact> = {}): Contact {
  return { _id: OTHER, name: 'Dr. Amara Okafor', role: 2, profileImage: null, online: true, ...part };
}

export function userOf(part: Partial<UserRecord> = {}): UserRecord {
  return {
    _id: ME, name: 'Sofia Marin', email: 'sofia@example.org', role: 1, active: true, profileImage: null,
    createdAt: '2026-01-01T00:00:00.000Z', ...part,
  };
}
