import {
  ConnectionError, ConnectionErrorReason, ConnectionQuality, DisconnectReason, type LocalParticipant, type Participant, type TrackPublication, Room, RoomEvent,
  setLogLevel, LogLevel, supportsAdaptiveStream, Track, type ElementInfo, type RemoteParticipant, type RemoteTrackPublication, RemoteVideoTrack, VideoPresets, UnsupportedServer,
} from 'livekit-client';
import type { Quality } from '../../../shared/media/types';
import type { MemberRole } from '../api';
import type { SealedMedia, Unopened } from './encryption/media';
import { RoomFailure, type CreateRoom, type Given, type RoomListener, type RoomPort } from './port';
import type { EndReason, Person, Pictured } from './view';

const TOPIC = 'moodbites';
const TEXT_MAX = 8_200;

setLogLevel(LogLevel.silent); // what it logs has addresses in it

export const createLiveKitRoom: CreateRoom = async (listener, keys) => {
  if (!keys) return new LiveKitRoom(listener, undefined);
  const { SealedMedia, Unopened } = await import('./encryption/media');
  return new LiveKitRoom(listener, { media: new SealedMedia(keys), Unopened });
};

/** Fetched for encrypted rooms alone. */
interface Sealed {
  media: SealedMedia;
  Unopened: typeof Unopened;
}

/** A room by livekit-client. Microphone and camera are ours: it sends what it is given, and opens nothing itself. */
class LiveKitRoom implements RoomPort {
  readonly #room: Room;
  #pictures = true;
  #quiet = false;
  #recorded = false;
  readonly #looking = new WeakMap<RemoteVideoTrack, ElementInfo>();
  readonly #doing = { audio: Promise.resolve(), video: Promise.resolve() };
  /** What we switch ourselves is not told as done by a host. */
  readonly #wanted = { audio: true, video: true };
  readonly #sealed: SealedMedia | undefined;
  readonly #unopened: Unopened | undefined;

  constructor(listener: RoomListener, sealed: Sealed | undefined) {
    const room = new Room({
      adaptiveStream: supportsAdaptiveStream(),
      dynacast: true,
      stopLocalTrackOnUnpublish: false,
      disconnectOnPageLeave: true,
      // Its own encryption of data messages says nothing of those that came without: ours are sealed by us.
      ...(sealed ? { e2ee: sealed.media.options } : {}),
      publishDefaults: {
        simulcast: true,
        videoEncoding: VideoPresets.h720.encoding,
        videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
        // Words and lines: sharp rather than fluent.
        screenShareEncoding: { maxBitrate: 2_500_000, maxFramerate: 15 },
        dtx: true,
        red: true,
        stopMicTrackOnMute: false,
      },
    });
    this.#room = room;
    this.#sealed = sealed?.media;
    this.#unopened = sealed && new sealed.Unopened(room, () => listener.onChange());
    this.#listen(listener);
  }

  async connect(url: string, token: string): Promise<void> {
    try {
      if (this.#sealed) {
        await this.#sealed.ready();
        await this.#room.setE2EEEnabled(true);
      }
      await this.#room.connect(url, token, { autoSubscribe: true, maxRetries: 1 });
    } catch (error) {
      this.#close();
      throw new RoomFailure(failureOf(error));
    }
  }

  people(): Omit<Person, 'hand'>[] {
    const { localParticipant, remoteParticipants } = this.#room;
    return [localParticipant, ...remoteParticipants.values()].map((one) => this.#personOf(one));
  }

  send(kind: 'audio' | 'video', track: MediaStreamTrack | null, muted: boolean): Promise<void> {
    const next = this.#doing[kind].then(() => this.#send(kind, track, muted));
    this.#doing[kind] = next.catch(() => undefined);
    return next;
  }

  async share(tracks: MediaStreamTrack[]): Promise<void> {
    for (const track of tracks) {
      const source = track.kind === 'video' ? Track.Source.ScreenShare : Track.Source.ScreenShareAudio;
      await this.#room.localParticipant.publishTrack(track, { source, simulcast: false, ...(track.kind === 'audio' ? { dtx: false, red: false } : {}) });
    }
  }

  async unshare(): Promise<void> {
    const local = this.#room.localParticipant;
    for (const source of [Track.Source.ScreenShare, Track.Source.ScreenShareAudio]) {
      const track = local.getTrackPublication(source)?.track;
      if (track) await local.unpublishTrack(track);
    }
  }

  async say(text: string, to?: string[]): Promise<void> {
    const { identity } = this.#room.localParticipant;
    const data = this.#sealed ? await this.#sealed.seal(text, identity) : new TextEncoder().encode(text);
    await this.#room.localParticipant.publishData(data, { reliable: true, topic: TOPIC, ...(to ? { destinationIdentities: to } : {}) });
  }

  setPictures(wanted: boolean): void {
    this.#pictures = wanted;
    for (const one of this.#room.remoteParticipants.values()) {
      for (const publication of one.videoTrackPublications.values()) this.#choose(publication);
    }
  }

  setSpeaker(deviceId: string): void {
    this.#room.switchActiveDevice('audiooutput', deviceId).catch(() => undefined);
  }

  setQuiet(quiet: boolean): void {
    this.#quiet = quiet;
    for (const one of this.#room.remoteParticipants.values()) {
      for (const { track } of one.audioTrackPublications.values()) for (const element of track?.attachedElements ?? []) element.muted = quiet;
    }
  }

  startSound(): void {
    this.#room.startAudio().catch(() => undefined);
  }

  given(): Given[] {
    const { localParticipant, remoteParticipants } = this.#room;
    return [localParticipant, ...remoteParticipants.values()].map((one) => {
      const on = (source: Track.Source) => {
        const publication = one.getTrackPublication(source);
        return publication && !publication.isMuted ? publication.track?.mediaStreamTrack : undefined;
      };
      return {
        identity: one.identity, name: one.name ?? '', camera: on(Track.Source.Camera), screen: on(Track.Source.ScreenShare),
        sounds: [on(Track.Source.Microphone), on(Track.Source.ScreenShareAudio)].filter((track) => track !== undefined),
      };
    });
  }

  setRecorded(on: boolean): void {
    this.#recorded = on;
    for (const one of this.#room.remoteParticipants.values()) {
      for (const { track } of one.videoTrackPublications.values()) if (track instanceof RemoteVideoTrack) this.#look(track);
    }
  }

  /** A picture that is recorded is sent as if a page showed it, whether ours does or not. */
  #look(track: RemoteVideoTrack): void {
    const known = this.#looking.get(track);
    if (this.#recorded && !known && track.isAdaptiveStream) {
      const info = seen();
      this.#looking.set(track, info);
      track.observeElementInfo(info);
    } else if (!this.#recorded && known) {
      this.#looking.delete(track);
      track.stopObservingElementInfo(known);
    }
  }

  async leave(): Promise<void> {
    await this.#room.disconnect(false);
    this.#close();
  }

  #close(): void {
    this.#unopened?.close();
    this.#sealed?.close();
  }

  async #send(kind: 'audio' | 'video', track: MediaStreamTrack | null, muted: boolean): Promise<void> {
    const local = this.#room.localParticipant;
    const source = kind === 'audio' ? Track.Source.Microphone : Track.Source.Camera;
    const there = local.getTrackPublication(source);
    const on = track !== null && !muted;
    this.#wanted[kind] = on;
    if (!there?.track) {
      if (!track) return;
      const publication = await local.publishTrack(track, { source });
      if (muted) await publication.mute();
      return;
    }
    if (track && there.track.mediaStreamTrack !== track) await there.track.replaceTrack(track, true);
    await (on ? there.unmute() : there.mute());
  }

  /** Of a screen nothing is left out: it is what people look at. */
  #choose(publication: RemoteTrackPublication): void {
    if (publication.source === Track.Source.Camera) publication.setSubscribed(this.#pictures);
  }

  #listen(listener: RoomListener): void {
    const room = this.#room;
    const changed = () => listener.onChange();
    for (const event of [
      RoomEvent.TrackSubscribed, RoomEvent.TrackUnsubscribed, RoomEvent.TrackUnpublished, RoomEvent.TrackUnmuted, RoomEvent.LocalTrackPublished,
      RoomEvent.LocalTrackUnpublished, RoomEvent.ActiveSpeakersChanged, RoomEvent.ConnectionQualityChanged, RoomEvent.ParticipantMetadataChanged,
      RoomEvent.ParticipantNameChanged, RoomEvent.TrackStreamStateChanged,
    ] as const) {
      room.on(event, changed);
    }
    room
      .on(RoomEvent.TrackPublished, (publication) => {
        this.#choose(publication);
        listener.onChange();
      })
      .on(RoomEvent.TrackSubscribed, (track) => {
        if (track instanceof RemoteVideoTrack) this.#look(track);
        if (track.kind !== Track.Kind.Audio) return;
        const element = track.attach();
        if (this.#quiet) element.muted = true;
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        if (track.kind === Track.Kind.Audio) track.detach();
      })
      .on(RoomEvent.TrackMuted, (publication, participant) => {
        if (participant.isLocal) this.#mutedHere(publication, listener);
        listener.onChange();
      })
      .on(RoomEvent.ParticipantConnected, ({ identity }) => {
        listener.onJoined(identity);
        listener.onChange();
      })
      .on(RoomEvent.ParticipantDisconnected, ({ identity }) => {
        listener.onGone(identity);
        listener.onChange();
      })
      .on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
        if (topic !== TOPIC || !participant || payload.length > TEXT_MAX) return;
        const { identity, name = '' } = participant;
        if (!this.#sealed) return listener.onSaid(identity, name, new TextDecoder().decode(payload));
        // What is not sealed is nobody's in this room.
        this.#sealed.unseal(payload, identity).then((text) => listener.onSaid(identity, name, text), () => undefined);
      })
      .on(RoomEvent.Reconnecting, () => listener.onReconnecting())
      .on(RoomEvent.SignalReconnecting, () => listener.onReconnecting())
      .on(RoomEvent.Reconnected, () => listener.onReconnected())
      .on(RoomEvent.Disconnected, (reason) => {
        this.#close();
        listener.onEnded(endOf(reason));
      })
      .on(RoomEvent.AudioPlaybackStatusChanged, (playing) => listener.onSound(playing));
  }

  #mutedHere(publication: TrackPublication, listener: RoomListener): void {
    const kind = publication.source === Track.Source.Microphone ? 'audio' : publication.source === Track.Source.Camera ? 'video' : undefined;
    if (kind && this.#wanted[kind]) listener.onMuted(kind);
  }

  #personOf(participant: LocalParticipant | RemoteParticipant): Omit<Person, 'hand'> {
    const { memberId, role, guest } = parseMetadata(participant.metadata);
    const microphone = participant.getTrackPublication(Track.Source.Microphone);
    const camera = participant.getTrackPublication(Track.Source.Camera);
    const cameraOn = camera !== undefined && !camera.isMuted;
    return {
      identity: participant.identity, memberId, role, guest, name: participant.name ?? '', me: participant.isLocal,
      microphone: microphone ? (microphone.isMuted ? 'muted' : 'on') : 'none',
      // One that was let go stays there for a while, black.
      cameraOn, camera: cameraOn && (participant.isLocal || this.#pictures) ? pictured(camera.videoTrack) : undefined,
      screen: pictured(participant.getTrackPublication(Track.Source.ScreenShare)?.videoTrack),
      arrives: { voice: comes(microphone), picture: comes(camera) },
      speaking: participant.isSpeaking, quality: qualityOf(participant), sealed: this.#unopened?.has(participant.identity) ?? false, joinedAt: participant.joinedAt?.getTime() ?? 0,
    };
  }
}

/** A track is mute until its first packet. */
function comes(publication: TrackPublication | undefined): boolean {
  return publication?.track?.mediaStreamTrack.muted === false;
}

/** An element of a recording's size that is always seen. */
function seen(): ElementInfo {
  // Only what may change needs a handler, which the library sets.
  return {
    element: {}, width: () => 640, height: () => 360, visible: true, pictureInPicture: false, visibilityChangedAt: Date.now(),
    observe: () => undefined, stopObserving: () => undefined,
  };
}

function pictured(track: Pictured | { sid?: string | undefined } | undefined): Pictured | undefined {
  return track?.sid !== undefined && 'attach' in track ? track : undefined;
}

const ROLES: readonly string[] = ['host', 'co_host', 'member', 'observer'];

/** Made by our server, but read like everything that comes from outside. */
function parseMetadata(metadata: string | undefined): { memberId: string; role: MemberRole; guest: boolean } {
  try {
    const { memberId, role, guest } = JSON.parse(metadata ?? '{}') as Record<string, unknown>;
    return { memberId: typeof memberId === 'string' ? memberId : '', role: ROLES.includes(String(role)) ? (role as MemberRole) : 'member', guest: guest === true };
  } catch {
    return { memberId: '', role: 'member', guest: false };
  }
}

/** The words of a call between two. */
function qualityOf({ connectionQuality }: Participant): Quality {
  switch (connectionQuality) {
    case ConnectionQuality.Excellent:
      return 'good';
    case ConnectionQuality.Good:
      return 'fair';
    case ConnectionQuality.Poor:
    case ConnectionQuality.Lost:
      return 'weak';
    default:
      return 'unknown';
  }
}

function endOf(reason: DisconnectReason | undefined): EndReason | undefined {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return 'left';
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'elsewhere';
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'removed';
    case DisconnectReason.ROOM_DELETED:
      return 'ended';
    default:
      return undefined; // the server went away, or the way there
  }
}

function failureOf(error: unknown): EndReason {
  if (error instanceof UnsupportedServer) return 'unsupported';
  if (!(error instanceof ConnectionError)) return 'unreachable';
  // The one reason for which a server takes a good token and then sends away whom it names.
  if (error.reason === ConnectionErrorReason.LeaveRequest && error.context === DisconnectReason.JOIN_FAILURE) return 'full';
  return error.reason === ConnectionErrorReason.NotAllowed ? 'refused' : 'unreachable';
}
