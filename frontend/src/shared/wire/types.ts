/** Shapes on the wire between our app and the server; docs/protocol.md is the contract, fixtures/wire its examples. */

export type RoleNumber = 0 | 1 | 2;

export interface Contact {
  _id: string;
  name: string;
  role: RoleNumber;
  profileImage: string | null;
  speciality?: string;
  online: boolean;
  lastSeen?: string;
}

export interface UserRecord {
  _id: string;
  name: string;
  email: string;
  role: RoleNumber;
  active: boolean;
  gender?: string;
  age?: number;
  heightCm?: number;
  weightKg?: number;
  speciality?: string;
  profileImage: string | null;
  createdAt: string;
}

export interface Receipt {
  delivered: number;
  read: number;
}

export interface Receipts {
  mine: Receipt;
  theirs: Receipt;
}

export type CallType = 'video' | 'audio';
export type CallOutcome = 'completed' | 'missed' | 'declined' | 'failed';

export interface CallFacts {
  callId: string;
  callType: CallType;
  outcome: CallOutcome;
  durationMs: number;
}

export interface Entry {
  conversationId: string;
  seq: number;
  kind: 'message' | 'call';
  _id: string;
  messageId: string;
  clientMessageId: string;
  senderId: string;
  receiverId: string;
  createdAt: string;
  isRead: boolean;
  message: string;
  messageType: 'text' | 'plan' | 'call';
  planId?: string;
  planName?: string;
  totalCalories?: string;
  preferences?: unknown;
  meals?: unknown[];
  call?: CallFacts;
}

export interface ConversationRow {
  conversationId: string;
  other: Contact;
  lastEntry: Entry;
  lastSeq: number;
  unread: number;
  receipts: Receipts;
}

export interface Inbox {
  user: UserRecord;
  epoch: string;
  conversations: ConversationRow[];
  contacts: Contact[];
}

export interface EntriesPage {
  entries: Entry[];
  more: boolean;
  receipts: Receipts;
}

export interface SyncAnswer {
  epoch: string;
  reset: boolean;
  conversations: Record<
    string,
    { entries: Entry[]; more: boolean; reset: boolean; receipts: Receipts; unread: number }
  >;
}

export interface SessionAnswer {
  accessToken: string;
  expiresAt: string;
  user: UserRecord;
}

export type CallState = 'ringing' | 'connecting' | 'connected' | 'ended';

export interface CallSnapshot {
  callId: string;
  version: number;
  state: CallState;
  direction: 'incoming' | 'outgoing';
  here: boolean;
  parties: { userId: string; name: string; role: 'caller' | 'callee' }[];
  callType: CallType;
  peerCallType?: CallType;
  expiresInMs?: number;
  acceptedAt?: string;
  legacy: boolean;
  outcome?: CallOutcome;
  durationMs?: number;
}

export interface SignalIn {
  callId: string;
  version: number;
  senderId: string;
  legacy?: boolean;
}
