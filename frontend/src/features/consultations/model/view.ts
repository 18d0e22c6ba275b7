import type { CheckView, Quality } from '../../../shared/media/types';
import type { VoiceHint } from '../../../shared/media/voiceHints';
import type { MemberRole } from '../api';

/** Where somebody stands with a room, as their page shows it. */
export type Stage =
  | 'lobby' // devices are looked at; nobody sees or hears us
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'ended';

/** Why we are not in the room any more, or never were; each with its own sentence and next step. */
export type EndReason =
  | 'left' | 'removed' | 'ended' | 'elsewhere' | 'full' | 'refused' | 'unreachable' | 'not-configured' | 'not-admitted' | 'consent' | 'encryption' | 'no-encryption' | 'lost' | 'unsupported';

/** Something that a video element can show: a track of LiveKit's, which sees how large it is shown. */
export interface Pictured {
  sid: string;
  attach(element: HTMLVideoElement): unknown;
  detach(element: HTMLVideoElement): unknown;
}

export interface Person {
  identity: string;
  memberId: string;
  name: string;
  role: MemberRole;
  guest: boolean;
  me: boolean;
  microphone: 'on' | 'muted' | 'none';
  /** None while the camera is off, or not asked for. */
  camera: Pictured | undefined;
  /** Whether it is on, even where its picture is not asked for. */
  cameraOn: boolean;
  screen: Pictured | undefined;
  speaking: boolean;
  /** What they send has begun to come. */
  arrives: { voice: boolean; picture: boolean };
  quality: Quality;
  /** What they send is sealed by a key that we have not got, or by none. */
  sealed: boolean;
  /** When they raised it, by this machine's clock. */
  hand: number | undefined;
  joinedAt: number;
}

export interface Word {
  id: string;
  /** Whose name it stands under. */
  name: string;
  mine: boolean;
  text: string;
  at: number;
  /** Said to one alone: to whom, or by whom to us. */
  whisper?: string;
  /** Of ours: the server has not got it yet, or would not have it. */
  state?: 'waiting' | 'failed';
}

export interface Shown {
  id: string;
  identity: string;
  name: string;
  emoji: string;
}

export interface RoomView extends CheckView {
  stage: Stage;
  end: EndReason | undefined;
  role: MemberRole;
  voiceHint: VoiceHint | undefined;
  /** A host has switched it off for us. */
  mutedByHost: boolean;
  people: Person[];
  sharing: 'off' | 'starting' | 'on';
  canShare: boolean;
  audioOnly: boolean;
  /** The browser wants a touch before it plays anything. */
  silent: boolean;
  /** A call that grows into this room is still heard and shown. */
  quiet: boolean;
  reactions: Shown[];
  words: Word[];
  unseen: number;
  since: number | undefined;
}
