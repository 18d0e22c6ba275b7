import type { Consultation } from '../wire/consultations';
import type { AttachmentKind, CallSnapshot, CallType, Entry, Receipt, RecordingStands, SignalIn, SyncAnswer } from '../wire/types';

/** What the server sends. `webrtc-call-*` come besides for old clients; ours goes by `call`. */
export interface ServerEvents {
  connect: () => void;
  disconnect: () => void;
  entry: (entry: Entry) => void;
  receipt: (receipt: Receipt & { conversationId: string; userId: string }) => void;
  'user-typing': (typing: { senderId: string; isTyping: boolean }) => void;
  presence: (presence: { userId: string; online: boolean; lastSeen?: string }) => void;
  call: (snapshot: CallSnapshot | { callId: null }) => void;
  recording: (stands: RecordingStands) => void;
  consultation: (consultation: Consultation) => void;
  'webrtc-offer': (signal: SignalIn & { senderName: string; offer: RTCSessionDescriptionInit }) => void;
  'webrtc-answer': (signal: SignalIn & { senderName: string; answer: RTCSessionDescriptionInit }) => void;
  'webrtc-ice-candidate': (signal: SignalIn & { candidate: RTCIceCandidateInit | null }) => void;
  'webrtc-end-call': (end: { callId: string; senderId: string; senderName: string; reason?: string }) => void;
  'webrtc-call-error': (error: { error: string; code: string; callId?: string; targetUserId?: string }) => void;
  'message-error': (error: { error: string; code: string; clientMessageId?: string }) => void;
  'session-expired': (end: { code: string }) => void;
  'server-restarting': (restart: { reconnectInMs: number }) => void;
}

/** What we send: the payload, and what its acknowledgement brings. */
export interface ClientEvents {
  reauthenticate: [{ token: string }, { expiresAt: string }];
  sync: [{ epoch: string; conversations: Record<string, number> }, SyncAnswer];
  'send-message': [
    {
      clientMessageId: string;
      receiverId: string;
      message: string;
      messageType: 'text' | 'plan' | AttachmentKind;
      replyTo?: string;
      filePublicId?: string;
      audioPublicId?: string;
    },
    Entry,
  ];
  'edit-message': [{ clientMessageId: string; messageId: string; message: string }, Entry];
  'delete-message': [{ clientMessageId: string; messageId: string }, Entry];
  react: [{ clientMessageId: string; messageId: string; reaction: string | null }, Entry];
  verify: [{ epoch: string; conversations: number; entries: number }, { same: boolean }];
  delivered: [{ conversationId: string; seq: number }, Receipt];
  read: [{ conversationId: string; seq: number }, Receipt];
  typing: [{ receiverId: string; isTyping: boolean }, unknown];
  'webrtc-call-request': [{ targetUserId: string; callType: CallType }, { callId: string }];
  'webrtc-call-response': [
    { callId: string; callerId: string; accepted: boolean; callType?: CallType; reason?: string },
    { callId: string },
  ];
  'webrtc-call-move': [{ callId: string }, { callId: string }];
  'recording-request': [{ callId: string; consent: number }, RecordingStands];
  'recording-answer': [{ recordingId: string; consent: number | null }, unknown];
  'recording-stop': [{ recordingId: string }, unknown];
  'recording-withdraw': [{ recordingId: string }, unknown];
  'recording-finish': [{ recordingId: string; chunks: number; durationMs: number }, unknown];
  'webrtc-offer': [{ callId: string; targetUserId: string; offer: RTCSessionDescriptionInit }, unknown];
  'webrtc-answer': [{ callId: string; targetUserId: string; answer: RTCSessionDescriptionInit }, unknown];
  'webrtc-ice-candidate': [{ callId: string; targetUserId: string; candidate: RTCIceCandidateInit | null }, unknown];
  'webrtc-end-call': [{ callId: string; targetUserId: string; reason?: string }, unknown];
}
