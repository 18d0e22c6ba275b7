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
export type CallOutcome = 'completed' | 'missed' | 'declined' | 'grown' | 'failed';

export interface CallFacts {
  callId: string;
  callType: CallType;
  outcome: CallOutcome;
  durationMs: number;
}

export type EntryKind = 'message' | 'call' | 'edit' | 'deletion' | 'reaction';
export type AttachmentKind = 'image' | 'file' | 'audio';
/** What a message shows that has bytes; a recording is put there by the server. */
export type FileKind = AttachmentKind | 'recording';

/** The message that another answers, as it is now. */
export interface ReplyTo {
  seq: number;
  messageId: string;
  senderId: string;
  messageType: Entry['messageType'];
  /** Its first 200 characters. */
  message: string;
  deleted?: boolean;
}

export interface Reaction {
  userId: string;
  reaction: string;
}

/** A message or a call; or a change of a message, which has neither `message` (but an edit's) nor `messageType`. */
export interface Entry {
  conversationId: string;
  seq: number;
  kind: EntryKind;
  _id: string;
  messageId: string;
  clientMessageId: string;
  senderId: string;
  receiverId: string;
  createdAt: string;
  isRead: boolean;
  message: string;
  messageType: 'text' | 'plan' | 'call' | FileKind;
  planId?: string;
  planName?: string;
  totalCalories?: string;
  preferences?: unknown;
  meals?: unknown[];
  call?: CallFacts;
  replyTo?: ReplyTo;
  editedAt?: string;
  /** Then nothing of it is left but its place. */
  deletedAt?: string;
  reactions?: Reaction[];
  /** The newest change that is folded in. */
  changedSeq?: number;
  /** Of a change: the message that it changes. */
  target?: string;
  targetSeq?: number;
  reaction?: string | null;
  fileUrl?: string;
  filePublicId?: string;
  fileName?: string;
  fileSize?: number;
  fileType?: string;
  audioUrl?: string;
  audioPublicId?: string;
  /** In seconds. */
  audioDuration?: number;
  /** Of a recording. */
  durationMs?: number;
  /** Up to 64 loudnesses, 0 to 100. */
  waveform?: number[];
  width?: number;
  height?: number;
  thumbnailUrl?: string;
}

/** What a change has for sure. */
export type ChangeEntry = Omit<Entry, 'message' | 'messageType' | 'target' | 'targetSeq'> & { target: string; targetSeq: number };

export interface ConversationRow {
  conversationId: string;
  other: Contact;
  lastEntry: Entry;
  /** The newest that is shown in the list: a message or a call. */
  lastMessage?: Entry;
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
  /** Of a page around an entry: whether others follow. */
  moreAfter?: boolean;
  receipts: Receipts;
}

export interface SearchPage {
  /** Newest first. */
  results: Entry[];
  next: string | null;
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

/** How a recording of a call stands; older versions are dropped. */
export interface RecordingStands {
  recordingId: string;
  /** None of a consultation. */
  callId?: string;
  version: number;
  /** Of what the media server makes also: it is yet to begin, and it could not or broke off. */
  state: 'asked' | 'starting' | 'running' | 'stopped' | 'kept' | 'declined' | 'withdrawn' | 'lapsed' | 'failed';
  /** Who asked, and whose page records, unless the media server does. */
  recorderId: string;
  maker?: 'server';
  /** Who brought it there. */
  by: string;
  /** In a consultation: who has agreed, and who is asked still, by their identities there. */
  agreed?: string[];
  awaited?: string[];
  /** When all had agreed; of what the media server makes, when it had begun. */
  since?: string;
  /** Why it failed. */
  code?: 'recording_not_begun' | 'recording_broke_off';
}

export interface SignalIn {
  callId: string;
  version: number;
  senderId: string;
  legacy?: boolean;
}
