import type { ErrorCode } from '../../../shared/wire/errors';
import type { CallType } from '../../../shared/wire/types';
import type { Chosen, Device, DeviceLists, DeviceProblem, Note, Quality } from '../../../shared/media/types';
import type { CallStory } from './history';
import type { Rung, Step } from './ladder';
import type { SharingView } from './sharing';
import type { VoiceHint } from '../../../shared/media/voiceHints';

export { NO_DEVICES, type AnyDevice, type Chosen, type Device, type DeviceChoice, type DeviceLists, type DeviceNews, type DeviceProblem, type Note, type Quality } from '../../../shared/media/types';

/** Where a call stands, as this page shows it. */
export type Stage =
  | 'preparing' // we call: microphone and camera are being opened
  | 'calling' // the server is asked
  | 'ringing' // it rings at the other's
  | 'incoming' // it rings here
  | 'answering' // accepted here: microphone and camera are being opened
  | 'live'
  | 'ended'
  | 'other-tab' // this device is in a call, but another tab carries it, or did
  | 'other-device'; // another device of the person's is in a call

export type LinkState = 'connecting' | 'connected' | 'disconnected' | 'failed';
export type EndReason =
  | 'completed' | 'cancelled' | 'no-answer' | 'missed' | 'declined' | 'declined-here' | 'lost' | 'not-connected'
  | 'elsewhere' | 'declined-elsewhere' | 'gone' | 'refused';

/** What a call has used, as the network counts it. */
export interface Bytes {
  in: number;
  out: number;
}

export interface CallEnd {
  reason: EndReason;
  /** Set with `refused`: why the server would not place the call. */
  code?: ErrorCode;
  /** Set where the call was accepted. */
  durationMs?: number;
  quality: Quality;
  /** Set where anything was sent. */
  bytes?: Bytes;
  /** Set where the call was accepted: how it went. */
  story?: CallStory;
}

export interface CallView {
  /** Names this call in this page, from before the server has given it an id. */
  key: number;
  callId: string | undefined;
  peer: { userId: string; name: string };
  direction: 'incoming' | 'outgoing';
  kind: CallType;
  stage: Stage;
  link: LinkState;
  /** Whether the app's own connection to the server is there. */
  online: boolean;
  /** The browser is about to ask for these, or is asking. */
  asking: Device[];
  problem: DeviceProblem | undefined;
  /** What the call goes on without, said once. */
  note: Note | undefined;
  /** Something about our own voice, until it is no longer so or was put away. */
  voiceHint: VoiceHint | undefined;
  /** The person looks at their devices first: nothing has been placed or accepted yet. */
  checking: boolean;
  microphone: 'on' | 'muted' | 'none';
  camera: 'on' | 'off' | 'starting';
  local: MediaStream | undefined;
  remote: MediaStream | undefined;
  remotePicture: boolean;
  remoteMuted: boolean;
  /** The other's camera is on, but their connection is too weak for it. */
  remotePaused: boolean;
  /** Screens, ours and theirs. */
  sharing: SharingView;
  devices: DeviceLists;
  chosen: Chosen;
  quality: Quality;
  /** The same at the other's, as their client says; an old one says nothing. */
  theirQuality: Quality;
  /** How much we send, and for a while the step that led there. */
  rung: Rung;
  step: Step | undefined;
  bytes: Bytes;
  /** When the callee accepted, by this machine's clock. */
  acceptedAt: number | undefined;
  /** The other takes part by an old client. */
  legacy: boolean;
  silenced: boolean;
  /** With `other-tab`: nothing carries the call any more, so it can be taken up here. With `other-device`: it can be taken here. */
  canRejoin: boolean;
  /** With `other-device`: why the server would not have it taken here. */
  refused: ErrorCode | undefined;
  end: CallEnd | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (isRecord(a) && isRecord(b) && Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => Object.is(a[key], b[key])));

/** Whether a change is one: much is said again whenever anything might have changed. */
export function differs(view: CallView, change: Partial<CallView>): boolean {
  return Object.entries(change).some(([key, value]) => !isSame(view[key as keyof CallView], value));
}
