import type { CallSnapshot, CallType } from '../../../shared/wire/types';
import { Beside } from './beside';
import { Deadline } from '../../../shared/media/clock';
import type { EngineDeps } from './deps';
import { FigureReader, type Figures } from './figures';
import { CallHistory } from './history';
import type { Circumstances, Limits, Step } from './ladder';
import { Hearing } from '../../../shared/media/hearing';
import { LocalMedia } from '../../../shared/media/media';
import { Meter, type Measured } from './meter';
import type { Signal } from './pair';
import type { Part, Tracks } from './parts';
import { configOf, Peer } from './peer';
import type { WarmPairs } from './pool';
import { PreJoin } from './preJoin';
import { NO_SHARING, Sharing } from './sharing';
import { meOf } from './snapshots';
import { emitSignal } from './socket';
import { Store } from './store';
import { differs, NO_DEVICES, type AnyDevice, type CallEnd, type CallView, type Note } from './view';

const STEP_SHOWN_MS = 8_000;
const NEWS_SHOWN_MS = 10_000;
const KEPT_OFFER_MS = 3_000;
const ICE_AGAIN_MS = 30_000;
const SIGNALS_MAX = 300;

let keys = 0;

export interface SessionStart {
  callId?: string;
  peer: CallView['peer'];
  direction: CallView['direction'];
  kind: CallType;
  stage: CallView['stage'];
  legacy?: boolean;
}

/** One call of this page: its own media, the other's, and what is shown of both. Who may do what when is the engine's. */
export class CallSession {
  view: CallView;
  /** This tab carries the call, or is about to. */
  mine: boolean;
  /** What follows once microphone and camera are open; also after a second try. */
  next: () => Promise<void> = () => Promise.resolve();
  readonly media: LocalMedia;
  readonly preJoin: PreJoin;
  readonly sharing: Sharing;
  readonly hearing: Hearing;
  readonly expiry: Deadline;
  /** How the call is carried, second by second. */
  readonly figures = new Store<Figures | undefined>(undefined);
  /** Words and files. */
  readonly beside: Beside;
  readonly #deps: EngineDeps;
  readonly #store: Store<CallView | null>;
  readonly #warm: WarmPairs;
  readonly #meter: Meter;
  readonly #stepShown: Deadline;
  readonly #newsShown: Deadline;
  readonly #later: Deadline;
  readonly #iceDue: Deadline;
  #peer: Peer | undefined;
  #waiting: Signal[] = [];
  #starting = false;
  #offering = false;
  #stalled = false;
  #relayOnly = false;
  #ahead: RTCPeerConnection | undefined;
  #relayed = false;
  #saidSaving = false;
  #fell = false;
  readonly #history = new CallHistory();

  constructor(deps: EngineDeps, store: Store<CallView | null>, warm: WarmPairs, start: SessionStart) {
    this.#deps = deps;
    this.#warm = warm;
    this.#store = store;
    this.mine = start.direction === 'outgoing';
    this.expiry = new Deadline(deps.clock);
    this.beside = new Beside({ ...deps.beside, clock: deps.clock, log: deps.log.write });
    this.#stepShown = new Deadline(deps.clock);
    this.#newsShown = new Deadline(deps.clock);
    this.#later = new Deadline(deps.clock);
    this.#iceDue = new Deadline(deps.clock);
    this.media = new LocalMedia(
      deps.media,
      (kind) => this.#give(kind),
      (news) => this.#mediaChanged(news),
    );
    this.preJoin = new PreJoin(deps, this);
    this.sharing = new Sharing({
      source: deps.screens,
      polite: () => this.view.direction === 'incoming',
      withSound: () => !this.view.legacy,
      onTracks: () => (this.view.legacy ? this.#give('video') : (this.#give('screen'), this.#give('sound'))),
      onChange: () => this.#sharingChanged(),
      sendStop: (turn) => this.#peer?.stopScreen(turn),
      clock: deps.clock,
      log: deps.log.write,
    });
    this.hearing = new Hearing(deps.listen, deps.clock, (voiceHint) => !this.isOver() && this.patch({ voiceHint }));
    const reader = new FigureReader(this.figures);
    this.#meter = new Meter({
      connection: () => (this.#peer?.link === 'connected' ? this.#peer.connection : undefined),
      circumstances: () => this.#circumstances(),
      reused: () => this.#peer?.reused === true,
      onSample: (now) => this.#measured(now),
      onStep: (step) => this.#stepped(step),
      onLimits: (limits) => void this.#limit(limits),
      onReport: (report, bytes) => reader.take(report, bytes),
      clock: deps.clock,
      log: deps.log.write,
    });
    this.view = {
      key: ++keys, callId: start.callId, peer: start.peer, direction: start.direction, kind: start.kind, stage: start.stage,
      link: 'connecting', online: true, asking: [], problem: undefined, note: undefined, voiceHint: undefined, checking: false, microphone: 'none', camera: 'off',
      local: undefined, remote: undefined, remotePicture: false, remoteMuted: false, remotePaused: false, sharing: this.sharing.view(undefined), devices: NO_DEVICES, chosen: {},
      quality: 'unknown', theirQuality: 'unknown', rung: 'half', step: undefined, bytes: { in: 0, out: 0 }, acceptedAt: undefined, legacy: start.legacy ?? false, silenced: false, canRejoin: false, refused: undefined, end: undefined,
    };
    store.set(this.view);
  }

  get callId(): string | undefined {
    return this.view.callId;
  }

  isOver(): boolean {
    return this.view.stage === 'ended';
  }

  get isLive(): boolean {
    return this.#starting;
  }

  patch(change: Partial<CallView>): void {
    if (!differs(this.view, change)) return; // drawing a call anew costs more than connecting it
    const shown = this.#store.get() === this.view;
    const before = this.view;
    this.view = { ...before, ...change };
    this.#history.observe(before, this.view, this.#deps.clock.now());
    if (shown) this.#store.set(this.view);
  }

  /** The call is accepted: connect. `rejoin` where this page was reloaded in the middle of it. */
  async goLive(snapshot: CallSnapshot, rejoin: boolean): Promise<void> {
    if (this.#starting || this.isOver()) return;
    this.#starting = true;
    this.expiry.clear();
    const now = this.#deps.clock.now();
    const said = snapshot.acceptedAt ? Date.parse(snapshot.acceptedAt) : now;
    // The two clocks may differ: the server's word counts only where this page did not see it happen.
    const acceptedAt = rejoin && said < now ? said : now;
    this.patch({ stage: 'live', direction: snapshot.direction, legacy: snapshot.legacy, acceptedAt, asking: [] });
    this.#remember();
    // Without a wait where none is needed: the page draws anew at the first one.
    const iceServers = this.#deps.ice.known ?? (await this.#deps.ice.get());
    if (this.isOver()) return;
    this.beside.begin(meOf(snapshot).name, snapshot.legacy);
    const ahead = this.#offeredAhead(snapshot, rejoin);
    const peer = ahead ?? this.#createPeer(iceServers, snapshot, rejoin);
    peer.begin();
    if (ahead) this.#peerChanged();
    else if (!rejoin && snapshot.direction === 'incoming') peer.expect();
    else if (snapshot.direction === 'outgoing' || (rejoin && snapshot.state === 'connected')) peer.offer();
    else if (rejoin) this.#later.set(KEPT_OFFER_MS, () => this.#peer?.untouched && this.#peer.offer());
    this.#tell();
    this.#meter.start();
    this.hearing.start(() => this.media.muted);
    this.#renewLater();
  }

  /** The other goes on with one of our clients, after an old one: only a connection that can renegotiate takes theirs. */
  async otherRenewed(snapshot: CallSnapshot): Promise<void> {
    if (!this.view.legacy || snapshot.legacy || !this.#peer) return;
    this.#peer.close();
    this.#peer = undefined;
    this.patch({ legacy: false, link: 'connecting' });
    const iceServers = await this.#deps.ice.get();
    if (this.isOver()) return;
    this.beside.begin(meOf(snapshot).name, false);
    this.#createPeer(iceServers, snapshot, true).begin();
    this.#tell();
  }

  /** Offers while it rings. The server keeps the offer for whichever device accepts, so that this is nothing to wait for then. */
  async offerAhead(snapshot: CallSnapshot): Promise<void> {
    const isLate = () => this.isOver() || this.isLive;
    if (this.#offering || isLate()) return;
    this.#offering = true;
    const iceServers = await this.#deps.ice.get();
    if (isLate() || this.#warm.has(this.view.peer.userId, this.#deps.settings.relayOnly)) return;
    this.#createPeer(iceServers, snapshot, false).offer();
  }

  /** Makes the connection that is about to be needed, so that it finds its candidates while the person opens their devices. */
  async gatherAhead(): Promise<void> {
    const iceServers = await this.#deps.ice.get();
    if (this.isOver() || this.#starting || this.#ahead) return;
    this.#relayOnly = this.#deps.settings.relayOnly;
    if (this.#warm.has(this.view.peer.userId, this.#relayOnly)) return;
    this.#ahead = this.#deps.createConnection(configOf(iceServers, this.#relayOnly));
  }

  signal(signal: Signal): void {
    if (this.isOver()) return;
    if (this.#peer) void this.#peer.handle(signal);
    else if (this.#waiting.length < SIGNALS_MAX) this.#waiting.push(signal);
  }

  networkChanged(why: string): void {
    this.#peer?.networkChanged(why);
  }

  /** The connection to look at in tests and when debugging. */
  get connection(): RTCPeerConnection | undefined {
    return this.#peer?.connection;
  }

  /** Where there is none, the person may have done something about that. */
  async toggleMicrophone(): Promise<void> {
    if (this.media.audio) return this.media.setMuted(!this.media.muted);
    const { problem } = await this.media.open(false);
    if (!this.isOver()) this.patch({ note: problem });
  }

  async toggleCamera(): Promise<void> {
    const problem = await this.media.setCamera(this.media.camera === 'off');
    if (!this.isOver()) this.patch({ note: problem });
  }

  async choose(device: AnyDevice, id: string): Promise<void> {
    if (device === 'speaker') return this.media.chooseSpeaker(id);
    const problem = await this.media.choose(device, id);
    if (!this.isOver()) this.patch({ note: problem });
  }

  toggleScreen(): void {
    if (this.sharing.own === 'on') this.sharing.stop();
    else if (this.isLive && !this.isOver() && this.view.link === 'connected') void this.sharing.start();
  }

  silence(): void {
    this.patch({ silenced: true });
  }

  closeNote(): void {
    this.patch({ note: undefined });
  }

  finish(end: Omit<CallEnd, 'quality'>): void {
    const { acceptedAt } = this.view;
    const talked = acceptedAt !== undefined && end.reason !== 'not-connected' ? this.#deps.clock.now() - acceptedAt : undefined;
    const durationMs = end.durationMs ?? talked;
    for (const due of [this.expiry, this.#stepShown, this.#newsShown, this.#later, this.#iceDue]) due.clear();
    this.#meter.stop();
    this.beside.end();
    const { bytes } = this.#meter;
    const story = this.#history.story(this.view, this.#deps.clock.now());
    const left = end.reason === 'completed' ? this.#peer?.leave() : this.#peer?.close();
    if (left) this.#warm.keep(this.view.peer.userId, this.#relayOnly, left);
    this.#ahead?.close();
    this.hearing.stop();
    this.media.close();
    this.sharing.close();
    this.patch({
      stage: 'ended', checking: false, voiceHint: undefined, local: undefined, remote: undefined, sharing: NO_SHARING, asking: [], problem: undefined, note: undefined,
      step: undefined,
      end: {
        ...end, ...(durationMs === undefined ? {} : { durationMs }), quality: this.#meter.quality.summary,
        ...(bytes.in + bytes.out > 0 ? { bytes } : {}), ...(story ? { story } : {}),
      },
    });
  }

  #createPeer(iceServers: RTCIceServer[], snapshot: CallSnapshot, rejoin: boolean): Peer {
    const target = { callId: snapshot.callId, targetUserId: this.view.peer.userId };
    const { userId } = this.view.peer;
    this.#relayOnly = this.#deps.settings.relayOnly;
    const warm = snapshot.legacy || rejoin ? undefined : this.#warm.take(userId, this.#relayOnly);
    if (!warm) this.#warm.close();
    this.#deps.log.write('connection of before', warm !== undefined);
    const peer = new Peer({
      callId: snapshot.callId,
      createConnection: (config) => this.#takeAhead() ?? this.#deps.createConnection(config),
      warm,
      createStream: this.#deps.media.createStream,
      iceServers,
      relayOnly: this.#relayOnly,
      polite: snapshot.direction === 'incoming',
      legacy: snapshot.legacy,
      // With a client of ours a camera can come on later, without another offer, because its section is there.
      video: !snapshot.legacy || snapshot.callType === 'video',
      local: this.media.stream,
      tracks: () => this.#tracks(),
      limits: () => this.#limits(),
      audioCodecs: this.#deps.audioCodecs,
      send: (signal) => this.#send(target, signal),
      onChange: () => this.#peerChanged(),
      onStopScreen: (turn) => this.sharing.askedToStop(turn),
      onRepair: () => this.#history.repaired(this.#deps.clock.now()),
      canSignal: () => this.view.online,
      beside: this.beside,
      clock: this.#deps.clock,
      log: this.#deps.log.write,
    });
    this.#peer = peer;
    this.#peerChanged();
    for (const signal of this.#waiting.splice(0)) void peer.handle(signal);
    return peer;
  }

  /** What was offered while it rang, if that is what the other has got: an old client is offered less, by a connection of its own. */
  #offeredAhead(snapshot: CallSnapshot, rejoin: boolean): Peer | undefined {
    if (!rejoin && !snapshot.legacy && snapshot.direction === 'outgoing') return this.#peer;
    this.#peer?.close();
    this.#peer = undefined;
    return undefined;
  }

  #takeAhead(): RTCPeerConnection | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead;
  }

  #send(target: { callId: string; targetUserId: string }, signal: Signal): void {
    if (!this.isOver()) emitSignal(this.#deps.socket, target, signal);
  }

  #peerChanged(): void {
    const peer = this.#peer;
    if (!peer || this.isOver()) return;
    this.sharing.heard(peer.notice?.screen);
    const picture = peer.remote.getVideoTracks()[0];
    this.patch({
      link: peer.link,
      remote: peer.remote,
      remotePicture: picture !== undefined && !picture.muted && peer.notice?.camera !== false && !peer.notice?.paused && !this.#stalled,
      remotePaused: peer.notice?.camera === true && peer.notice.paused === true,
      remoteMuted: peer.notice?.microphone === false,
      theirQuality: peer.notice?.quality ?? 'unknown',
      sharing: this.sharing.view(peer.remoteScreen),
    });
  }

  /** An old client has no place for a screen but the camera's. */
  #tracks(): Tracks {
    const { media, sharing } = this;
    const { legacy } = this.view;
    return { audio: media.audio, video: (legacy ? sharing.video : null) ?? media.video, screen: legacy ? null : sharing.video, sound: legacy ? null : sharing.audio };
  }

  #limits(): Limits {
    const limits = this.#meter.ladder.limits(this.#circumstances());
    return { ...limits, screenAsPicture: this.view.legacy && this.sharing.own === 'on' };
  }

  #give(part: Part): void {
    void this.#peer?.setTrack(part, this.#tracks()[part]);
  }

  #sharingChanged(): void {
    if (this.isOver()) return;
    this.patch({ sharing: this.sharing.view(this.#peer?.remoteScreen) });
    this.#tell();
    if (this.isLive) this.#meter.applyLimits();
    this.#showRung();
  }

  #mediaChanged(news?: Note): void {
    if (this.isOver()) return;
    const { media } = this;
    this.hearing.follow(media.audio);
    this.patch({
      local: media.stream,
      microphone: media.audio ? (media.muted ? 'muted' : 'on') : 'none',
      camera: media.camera,
      devices: media.lists,
      chosen: { ...media.chosen },
      ...(news ? { note: news } : {}),
    });
    if (news) this.#newsShown.set(NEWS_SHOWN_MS, () => this.view.note === news && isNews(news) && this.closeNote());
    this.#tell();
    this.#remember();
    if (this.isLive) this.#meter.applyLimits();
    this.#showRung();
  }

  /** For a reload of this tab. */
  #remember(): void {
    if (!this.mine || !this.callId || !this.isLive) return;
    this.#deps.seat.remember({ callId: this.callId, camera: this.media.camera !== 'off', muted: this.media.muted });
  }

  #tell(): void {
    const camera = this.media.camera === 'on';
    const saving = this.#saidSaving = this.#deps.settings.dataSaver;
    const { quality } = this.view;
    const limits = this.#meter.ladder.limits(this.#circumstances());
    const paused = camera && limits.height === undefined;
    const screen = this.sharing.notice(limits.screen === undefined);
    this.#peer?.tell({
      camera, microphone: this.media.audio !== null && !this.media.muted, ...(paused ? { paused } : {}), ...(saving ? { saving } : {}), ...(screen ? { screen } : {}), ...(quality === 'unknown' ? {} : { quality }),
    });
  }

  #circumstances(): Circumstances {
    const { media } = this;
    const screen = this.sharing.own === 'on' ? (this.sharing.motion ? 'motion' : 'detail') : undefined;
    return { picture: media.camera === 'on', dataSaver: this.#deps.settings.dataSaver || this.#peer?.notice?.saving === true, sharp: media.canGive(1080), screen };
  }

  async #limit(limits: Limits): Promise<void> {
    if (limits.height !== undefined) await this.media.sharpen(limits.height > 720 ? 1080 : 720);
    this.#peer?.bound();
    this.#tell();
  }

  /** A first climb is no news: nobody has missed anything. */
  #stepped(step: Step): void {
    const silent = step.up && step.rung === 'full' && !this.#fell;
    this.#fell ||= !step.up;
    if (silent) return;
    this.patch({ step });
    this.#stepShown.set(STEP_SHOWN_MS, () => this.patch({ step: undefined }));
  }

  #showRung(): void {
    const rung = this.#meter.ladder.rung(this.media.camera === 'on' || this.sharing.own === 'on');
    if (rung !== this.view.rung) this.patch({ rung });
  }

  #measured({ quality, bytes, still, relayed }: Measured): void {
    if (this.isOver()) return;
    this.#relayed = relayed;
    const news = quality !== 'unknown' && quality !== this.view.quality;
    this.patch({ bytes, ...(news ? { quality } : {}) });
    this.#showRung();
    // Old clients don't say that their camera is off: their picture stands still.
    this.#stalled = this.view.legacy && still;
    if (news || this.#deps.settings.dataSaver !== this.#saidSaving) this.#tell();
    this.#peerChanged();
  }

  /** A long call outlives the credentials that it began with; a relay would be lost with them. */
  #renewLater(): void {
    const renew = async () => {
      const servers = await this.#deps.ice.get();
      if (this.isOver()) return;
      this.#peer?.setIceServers(servers);
      if (this.#relayed) this.networkChanged('credentials');
      this.#renewLater();
    };
    this.#iceDue.set(Math.max(this.#deps.ice.renewInMs, ICE_AGAIN_MS), () => void renew());
  }
}

/** Nothing that the person has to do anything about. */
const isNews = ({ kind }: Note): boolean => kind === 'replaced' || kind === 'returned';
