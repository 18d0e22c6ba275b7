import { codeOf } from '../../../shared/lib/errors';
import { Observable, type Readable } from '../../../shared/lib/observable';
import { type Clock, Deadline } from '../../../shared/media/clock';
import { Hearing, type Listen } from '../../../shared/media/hearing';
import { LocalMedia, type MediaSource } from '../../../shared/media/media';
import type { ScreenSource } from '../../../shared/media/screens';
import { NO_DEVICES, type AnyDevice, type Device, type Note } from '../../../shared/media/types';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { MemberRole, RoomApi } from '../api';
import { Exchange } from './exchange';
import type { RoomKeys } from './encryption/KeyRing';
import { type CreateRoom, type Given, RoomFailure, type RoomListener, type RoomPort } from './port';
import type { EndReason, Person, RoomView } from './view';

export interface RoomDeps {
  api: Pick<RoomApi, 'token'>;
  createRoom: CreateRoom;
  media: MediaSource;
  screens: ScreenSource;
  listen: Listen;
  clock: Clock;
  newId: () => string;
}

/** After the library has given up by itself: so long a server may take to be started again. */
const PATIENCE_MS = 120_000;
/** So long the library may try by itself: its own tries can hang for good. */
const STUCK_MS = 20_000;
const WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000];

/** What may pass by itself; everything else is said at once. */
const PASSING: ReadonlySet<EndReason> = new Set<EndReason>(['unreachable', 'refused']);

const REASONS: Partial<Record<ErrorCode, EndReason>> = {
  livekit_not_configured: 'not-configured', room_full: 'full', not_admitted: 'not-admitted', recording_conflict: 'consent', consultation_encryption: 'encryption', consultation_ended: 'ended', not_found: 'ended', forbidden: 'refused',
};

const reasonOf = (error: unknown): EndReason => (error instanceof RoomFailure ? error.reason : (REASONS[codeOf(error)] ?? 'unreachable'));

/** One person's place in a room: their devices from the lobby on, the connection, and what is said there. */
export class RoomEngine {
  readonly exchange: Exchange;
  readonly hearing: Hearing;
  /** Somebody has said something to everybody, which our server keeps; or we may have missed that. */
  onSaid: () => void = () => undefined;
  /** Those of the room, once there is one; none where it is not encrypted. */
  keys: () => Promise<RoomKeys | undefined> = () => Promise.resolve(undefined);
  readonly #deps: RoomDeps;
  readonly #view: Observable<RoomView>;
  #media: LocalMedia;
  /** Leaves microphone and camera to the call that they are shared with. */
  #giveBack: (() => void) | undefined;
  /** A call that grows into the room is there still. */
  #borrowed = false;
  readonly #due: Deadline;
  readonly #stuck: Deadline;
  #room: RoomPort | undefined;
  /** Grows with each connection: what an earlier one says counts no more. */
  #round = 0;
  #lostAt: number | undefined;
  #tries = 0;
  #screen: MediaStreamTrack[] = [];
  #opened: Promise<void> | undefined;
  #recorded = false;

  constructor(deps: RoomDeps, role: MemberRole) {
    this.#deps = deps;
    this.#due = new Deadline(deps.clock);
    this.#stuck = new Deadline(deps.clock);
    this.#view = new Observable<RoomView>({
      stage: 'lobby', end: undefined, role, microphone: 'none', camera: 'off', local: undefined, asking: [], problem: undefined, note: undefined, devices: NO_DEVICES, chosen: {},
      voiceHint: undefined, mutedByHost: false, people: [], sharing: 'off', canShare: deps.screens.capture !== undefined && role !== 'observer', audioOnly: false, silent: false,
      quiet: false, reactions: [], words: [], unseen: 0, since: undefined,
    });
    this.hearing = new Hearing(deps.listen, deps.clock, (voiceHint) => this.#patch({ voiceHint }));
    this.#media = this.#ownMedia();
    this.exchange = new Exchange({
      clock: deps.clock, newId: deps.newId,
      send: (text, to) => this.#room?.say(text, to) ?? Promise.resolve(),
      onChange: () => this.#draw(),
      onSaid: () => this.onSaid(),
    });
  }

  get view(): Readable<RoomView> {
    return this.#view;
  }

  readonly level = (): number => this.hearing.level();

  /** Opens microphone and camera to be looked at; nothing of it leaves the page. */
  openDevices(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** Asks for the devices once more. */
  retryDevices(): Promise<void> {
    this.#opened = this.#open();
    return this.#opened;
  }

  /** Microphone and camera are those of a call that grows into the room, and the call's until `keep`. Nobody is heard till then. */
  borrow(media: LocalMedia): void {
    this.#media.close();
    this.#media = media;
    this.#giveBack = media.share({ onTrack: (kind, track) => this.#trackChanged(kind, track), onChange: (news) => this.#mediaChanged(news) });
    this.#borrowed = true;
    this.#opened = Promise.resolve();
    this.hearing.follow(media.audio);
    this.#patch({ quiet: true });
    this.#mediaChanged();
  }

  /** The other is heard here, and not by the call any more. */
  hear(): void {
    this.#room?.setQuiet(false);
  }

  /** Everybody as they are this moment. */
  look(): readonly Omit<Person, 'hand'>[] {
    return this.#room?.people() ?? [];
  }

  /** The call is over. */
  keep(): void {
    this.#borrowed = false;
    this.hear();
    this.#patch({ quiet: false });
  }

  /** Into the room, or back into it. */
  async enter(): Promise<void> {
    if (this.#isIn) return;
    this.#tries = 0;
    this.#lostAt = undefined;
    this.#patch({ stage: 'connecting', end: undefined, mutedByHost: false });
    await this.#connect();
  }

  /** The room is of another kind now: we go on in it as that. */
  renew(): void {
    if (!this.#isIn) return;
    void this.#room?.leave().catch(() => undefined);
    this.#lost();
  }

  leave(): void {
    this.#end('left');
  }

  /** The page is left for good. */
  close(): void {
    this.#end('left');
    this.#giveBack?.();
    this.#media.close();
    this.hearing.stop();
  }

  /** What our server says of us, which may come before LiveKit's own word. */
  end(reason: EndReason): void {
    if (this.#isIn) this.#end(reason);
  }

  /** The owner has made us something else. */
  setRole(role: MemberRole): void {
    if (role === this.#view.value.role) return;
    this.#patch({ role, canShare: this.#deps.screens.capture !== undefined && role !== 'observer' });
    if (role === 'observer') this.#closeDevices();
    // In the room nobody is heard or seen by somebody else's doing.
    else if (this.#opened && this.#view.value.stage === 'lobby') void this.retryDevices();
  }

  async toggleMicrophone(): Promise<void> {
    this.#patch({ mutedByHost: false });
    if (this.#media.audio) {
      this.#media.setMuted(!this.#media.muted);
      await this.#send('audio');
      return;
    }
    const { problem } = await this.#media.open(false);
    this.#patch({ note: problem, problem: problem ?? undefined });
  }

  async toggleCamera(): Promise<void> {
    const problem = await this.#media.setCamera(this.#media.camera === 'off');
    this.#patch({ note: problem });
  }

  async choose(device: AnyDevice, id: string): Promise<void> {
    if (device === 'speaker') {
      this.#media.chooseSpeaker(id);
      this.#room?.setSpeaker(id);
      return;
    }
    this.#patch({ note: await this.#media.choose(device, id) });
  }

  async toggleScreen(): Promise<void> {
    if (this.#view.value.sharing === 'on') return this.#stopScreen();
    const capture = this.#deps.screens.capture;
    if (this.#view.value.stage !== 'live' || this.#view.value.sharing !== 'off' || !capture) return;
    this.#patch({ sharing: 'starting' });
    try {
      await this.#share((await capture({ video: { frameRate: { ideal: 15 } }, audio: this.#deps.screens.givesSound })).getTracks());
    } catch {
      await this.#stopScreen(); // most of all since the person has thought better of it
    }
  }

  /** The screen that was shared in a call goes on here. */
  carryScreen(tracks: MediaStreamTrack[]): void {
    if (tracks.some(({ kind }) => kind === 'video')) void this.#share(tracks).catch(() => this.#stopScreen());
  }

  setAudioOnly(audioOnly: boolean): void {
    this.#room?.setPictures(!audioOnly);
    this.#patch({ audioOnly });
    this.#draw();
  }

  startSound(): void {
    this.#room?.startSound();
  }

  /** What everybody gives, for a recording. */
  given(): Given[] {
    return this.#room?.given() ?? [];
  }

  setRecorded(on: boolean): void {
    this.#recorded = on;
    this.#room?.setRecorded(on);
  }

  closeNote(): void {
    this.#patch({ note: undefined, mutedByHost: false });
  }

  #returnMedia(): void {
    this.#borrowed = false;
    this.#giveBack?.();
    this.#giveBack = undefined;
    this.#media = this.#ownMedia();
  }

  #ownMedia(): LocalMedia {
    return new LocalMedia(this.#deps.media, (kind, track) => this.#trackChanged(kind, track), (news) => this.#mediaChanged(news));
  }

  async #open(): Promise<void> {
    if (this.#view.value.role === 'observer') return;
    const asking: Device[] = [];
    for (const device of ['microphone', 'camera'] as const) if (await this.#deps.media.mustAsk(device)) asking.push(device);
    this.#patch({ asking, problem: undefined });
    const { problem, note } = await this.#media.open(true);
    this.#patch({ asking: [], problem, note });
  }

  get #isIn(): boolean {
    return ['connecting', 'live', 'reconnecting'].includes(this.#view.value.stage);
  }

  async #connect(): Promise<void> {
    const round = ++this.#round;
    const stale = () => round !== this.#round;
    let room: RoomPort | undefined;
    let encrypted = false;
    try {
      const keys = await this.keys();
      encrypted = keys !== undefined;
      if (stale()) return;
      room = await this.#deps.createRoom(this.#listener(round), keys);
      if (stale()) return;
      // At the last moment: it holds for no longer than connecting takes.
      const { url, token } = await this.#deps.api.token(encrypted);
      if (stale()) return;
      this.#room = room;
      await room.connect(url, token);
    } catch (error) {
      let reason = reasonOf(error);
      // The server closes the connection of one too many without a word; ours finds out.
      if (!stale() && room && this.#room === room && reason === 'unreachable') reason = await this.#deps.api.token(encrypted, true).then(() => reason, reasonOf);
      if (!stale()) this.#failed(reason);
      return;
    }
    if (stale()) return void room.leave().catch(() => undefined);
    this.#arrived(room);
  }

  #arrived(room: RoomPort): void {
    this.#tries = 0;
    this.#lostAt = undefined;
    this.exchange.begin(room.people()[0]?.identity ?? '');
    this.#patch({ stage: 'live', since: this.#view.value.since ?? this.#deps.clock.now() });
    this.#draw();
    this.hearing.start(() => this.#media.muted);
    const { speaker } = this.#media.chosen;
    if (speaker) room.setSpeaker(speaker);
    if (this.#view.value.audioOnly) room.setPictures(false);
    if (this.#view.value.quiet) room.setQuiet(true);
    if (this.#recorded) room.setRecorded(true);
    void this.#send('audio');
    void this.#send('video');
    if (this.#screen.length > 0) room.share(this.#screen).catch(() => this.#stopScreen());
    if (this.exchange.handUp) this.exchange.raise(true);
    this.onSaid();
  }

  /** The first try says at once what is wrong; who was in the room already is brought back. */
  #failed(reason: EndReason): void {
    // They are asked where they come from.
    if (reason === 'consent') return this.#patch({ stage: 'lobby' });
    const lostAt = this.#lostAt;
    if (lostAt === undefined || !PASSING.has(reason)) return this.#end(reason);
    if (this.#deps.clock.now() - lostAt >= PATIENCE_MS) return this.#end('lost');
    this.#later();
  }

  #lost(): void {
    this.#stuck.clear();
    this.#lostAt ??= this.#deps.clock.now();
    this.#round += 1;
    this.#room = undefined;
    this.#patch({ stage: 'reconnecting' });
    this.#later();
  }

  #later(): void {
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] ?? 0;
    this.#tries += 1;
    this.#due.set(wait, () => void this.#connect());
  }

  #listener(round: number): RoomListener {
    const mine = (run: () => void) => () => {
      if (round === this.#round && this.#isIn) run();
    };
    return {
      onChange: mine(() => this.#draw()),
      onJoined: (identity) => mine(() => this.exchange.meet(identity))(),
      onGone: (identity) => mine(() => this.exchange.forget(identity))(),
      onSaid: (identity, name, text) => mine(() => this.exchange.hear(identity, name, text))(),
      onMuted: (kind) => mine(() => this.#mutedByHost(kind))(),
      onReconnecting: mine(() => this.#reconnecting()),
      onReconnected: mine(() => {
        this.#stuck.clear();
        this.#patch({ stage: 'live' });
        this.#draw();
        this.onSaid();
      }),
      onEnded: (reason) => mine(() => this.#closed(reason))(),
      onSound: (playing) => mine(() => this.#patch({ silent: !playing }))(),
    };
  }

  #reconnecting(): void {
    if (this.#view.value.stage !== 'live') return;
    this.#patch({ stage: 'reconnecting' });
    const room = this.#room;
    this.#stuck.set(STUCK_MS, () => {
      this.#lost();
      void room?.leave().catch(() => undefined);
    });
  }

  /** A connection that never stood fails by `connect` itself. */
  #closed(reason: EndReason | undefined): void {
    if (reason === undefined || reason === 'left') {
      if (this.#view.value.since !== undefined && this.#view.value.stage !== 'connecting') this.#lost();
      return;
    }
    this.#end(reason);
  }

  #mutedByHost(kind: 'audio' | 'video'): void {
    if (kind === 'audio') this.#media.setMuted(true);
    else void this.#media.setCamera(false);
    this.#patch({ mutedByHost: kind === 'audio' });
  }

  #end(reason: EndReason): void {
    this.#due.clear();
    this.#stuck.clear();
    this.#round += 1;
    const room = this.#room;
    this.#room = undefined;
    void room?.leave().catch(() => undefined);
    this.#dropScreen();
    this.hearing.stop();
    if (this.#borrowed) this.#returnMedia();
    else this.#media.letGo();
    this.#opened = undefined;
    this.exchange.hands.clear();
    this.#patch({ stage: 'ended', quiet: false, end: reason, people: [], sharing: 'off', voiceHint: undefined, local: undefined, since: undefined });
  }

  /** Who only looks on has nothing open. */
  #closeDevices(): void {
    void this.#stopScreen();
    for (const kind of ['audio', 'video'] as const) void this.#room?.send(kind, null, true).catch(() => undefined);
    this.hearing.stop();
    this.#media.letGo();
    if (this.exchange.handUp) this.exchange.raise(false);
    this.#patch({ local: undefined, voiceHint: undefined, mutedByHost: false });
  }

  async #share(tracks: MediaStreamTrack[]): Promise<void> {
    this.#screen = tracks;
    const picture = tracks.find(({ kind }) => kind === 'video');
    if (picture) {
      picture.contentHint = 'detail';
      picture.onended = () => void this.#stopScreen();
    }
    await this.#room?.share(tracks);
    this.#patch({ sharing: 'on' });
  }

  async #stopScreen(): Promise<void> {
    this.#dropScreen();
    this.#patch({ sharing: 'off' });
    await this.#room?.unshare().catch(() => undefined);
  }

  #dropScreen(): void {
    for (const track of this.#screen) track.stop();
    this.#screen = [];
  }

  #trackChanged(kind: 'audio' | 'video', track: MediaStreamTrack | null): void {
    if (kind === 'audio') this.hearing.follow(track);
    void this.#send(kind);
  }

  async #send(kind: 'audio' | 'video'): Promise<void> {
    if (this.#view.value.role === 'observer' || !this.#view.value.since) return;
    const track = kind === 'audio' ? this.#media.audio : this.#media.video;
    await this.#room?.send(kind, track, kind === 'audio' && this.#media.muted).catch(() => undefined);
    this.#draw();
  }

  #mediaChanged(news?: Note): void {
    const media = this.#media as LocalMedia | undefined; // the first change comes while it is made
    if (!media) return;
    const { audio, muted, camera, stream, lists, chosen } = media;
    this.#patch({
      microphone: audio ? (muted ? 'muted' : 'on') : 'none', camera, local: media.video ? stream : undefined, devices: lists, chosen: { ...chosen }, ...(news ? { note: news } : {}),
    });
  }

  #draw(): void {
    const { words, reactions, unseen, hands } = this.exchange;
    const people = (this.#room?.people() ?? []).map((person) => ({ ...person, hand: hands.get(person.identity) }));
    this.#patch({ words, reactions, unseen, ...(this.#isIn && this.#room ? { people } : {}) });
  }

  #patch(part: Partial<RoomView>): void {
    this.#view.update((view) => ({ ...view, ...part }));
  }
}
