import type { RoomKeys } from './encryption/KeyRing';
import type { EndReason, Person } from './view';

/** What the engine needs of a media server's room; `livekit.ts` has the real one, tests another. */
export interface RoomPort {
  connect(url: string, token: string): Promise<void>;
  /** Ourselves first. Without hands, which the engine knows. */
  people(): Omit<Person, 'hand'>[];
  /** What is sent of microphone and camera now; of each, calls are taken one after the other. */
  send(kind: 'audio' | 'video', track: MediaStreamTrack | null, muted: boolean): Promise<void>;
  share(tracks: MediaStreamTrack[]): Promise<void>;
  unshare(): Promise<void>;
  /** To everyone, or to these alone. */
  say(text: string, to?: string[]): Promise<void>;
  /** Whether others' cameras are asked for. */
  setPictures(wanted: boolean): void;
  setSpeaker(deviceId: string): void;
  /** Nobody is heard, for their voice comes by another way still. */
  setQuiet(quiet: boolean): void;
  /** After a touch. */
  startSound(): void;
  leave(): Promise<void>;
  /** What each gives just now, ourselves first. */
  given(): Given[];
  /** Others' pictures are wanted even where this page doesn't show them: they are recorded. */
  setRecorded(on: boolean): void;
}

/** Somebody's tracks, as a recording takes them. */
export interface Given {
  identity: string;
  name: string;
  camera: MediaStreamTrack | undefined;
  screen: MediaStreamTrack | undefined;
  sounds: MediaStreamTrack[];
}

/** What a room tells. */
export interface RoomListener {
  onChange(): void;
  onJoined(identity: string): void;
  onGone(identity: string): void;
  onSaid(identity: string, name: string, text: string): void;
  /** A host has switched our microphone or camera off. */
  onMuted(kind: 'audio' | 'video'): void;
  onReconnecting(): void;
  onReconnected(): void;
  /** `undefined` where the connection was lost for no reason that anybody gave. */
  onEnded(reason: EndReason | undefined): void;
  onSound(playing: boolean): void;
}

/** With keys everything that goes over is sealed by them. */
export type CreateRoom = (listener: RoomListener, keys: RoomKeys | undefined) => Promise<RoomPort>;

/** The server refused, or was not to be had. */
export class RoomFailure extends Error {
  constructor(readonly reason: EndReason) {
    super(reason);
    this.name = 'RoomFailure';
  }
}
