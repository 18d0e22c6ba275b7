import type { CallSnapshot, CallType } from '../../../shared/wire/types';
import { Deadline } from './clock';
import type { EngineDeps } from './deps';
import { LocalMedia } from './media';
import type { Signal } from './pair';
import { Peer } from './peer';
import { QualityRecord, qualityBetween, readReport, type Sample } from './stats';
import type { Store } from './store';
import { NO_DEVICES, type CallEnd, type CallView, type Device, type DeviceProblem } from './view';

const EXPLAIN_MS = 700;
const SAMPLE_MS = 2_000;
const ICE_WAIT_MS = 3_000;
const KEPT_OFFER_MS = 3_000;
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
  readonly quality = new QualityRecord();
  readonly expiry: Deadline;
  readonly #deps: EngineDeps;
  readonly #store: Store<CallView | null>;
  readonly #iceServers: Promise<RTCIceServer[]>;
  readonly #sampling: Deadline;
  readonly #later: Deadline;
  #peer: Peer | undefined;
  #waiting: Signal[] = [];
  #starting = false;
  #sample: Sample | undefined;
  #stalled = false;

  constructor(deps: EngineDeps, store: Store<CallView | null>, start: SessionStart) {
    this.#deps = deps;
    this.#store = store;
    this.mine = start.direction === 'outgoing';
    this.expiry = new Deadline(deps.clock);
    this.#sampling = new Deadline(deps.clock);
    this.#later = new Deadline(deps.clock);
    this.media = new LocalMedia(
      deps.media,
      (kind, track) => void this.#peer?.setTrack(kind, track),
      (lost) => this.#mediaChanged(lost),
    );
    this.view = {
      key: ++keys, callId: start.callId, peer: start.peer, direction: start.direction, kind: start.kind, stage: start.stage,
      link: 'connecting', online: true, asking: [], problem: undefined, note: undefined, microphone: 'none', camera: 'off',
      local: undefined, remote: undefined, remotePicture: false, remoteMuted: false, devices: NO_DEVICES, chosen: {},
      quality: 'unknown', acceptedAt: undefined, legacy: start.legacy ?? false, silenced: false, canRejoin: false, end: undefined,
    };
    this.#iceServers = this.#fetchIce();
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
    const shown = this.#store.get() === this.view;
    this.view = { ...this.view, ...change };
    if (shown) this.#store.set(this.view);
  }

  /** Opens what the call needs; says so before the browser asks. False if it can't go on without. */
  async openMedia(withCamera: boolean): Promise<boolean> {
    const wanted: Device[] = withCamera ? ['microphone', 'camera'] : ['microphone'];
    this.patch({ problem: undefined });
    const asking: Device[] = [];
    for (const device of wanted) if (await this.#deps.media.mustAsk(device)) asking.push(device);
    if (asking.length > 0 && !this.isOver()) {
      this.patch({ asking });
      await new Promise<void>((resolve) => this.#deps.clock.after(EXPLAIN_MS, resolve));
    }
    if (this.isOver()) return false;
    const { problem, note } = await this.media.open(withCamera);
    if (this.isOver()) return false;
    this.patch({ asking: [], problem, note: note ?? this.view.note });
    return !problem;
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
    const iceServers = await this.#iceServers;
    if (this.isOver()) return;
    this.#createPeer(iceServers, snapshot);
    for (const signal of this.#waiting.splice(0)) void this.#peer?.handle(signal);
    if (snapshot.direction === 'outgoing' || (rejoin && snapshot.state === 'connected')) this.#peer?.offer();
    else if (rejoin) this.#later.set(KEPT_OFFER_MS, () => this.#peer?.untouched && this.#peer.offer());
    this.#tell();
    this.#sampling.set(SAMPLE_MS, () => void this.#measure());
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

  toggleMicrophone(): void {
    this.media.setMuted(!this.media.muted);
  }

  async toggleCamera(): Promise<void> {
    const problem = await this.media.setCamera(this.media.camera === 'off');
    if (!this.isOver()) this.patch({ note: problem });
  }

  async choose(device: Device, id: string): Promise<void> {
    const problem = await this.media.choose(device, id);
    if (!this.isOver()) this.patch({ note: problem });
  }

  chooseSpeaker(id: string): void {
    this.media.chosen.speaker = id;
    this.patch({ chosen: { ...this.media.chosen } });
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
    for (const due of [this.expiry, this.#sampling, this.#later]) due.clear();
    this.#peer?.close();
    this.media.close();
    this.patch({
      stage: 'ended', local: undefined, remote: undefined, asking: [], problem: undefined, note: undefined,
      end: { ...end, ...(durationMs === undefined ? {} : { durationMs }), quality: this.quality.summary },
    });
  }

  #createPeer(iceServers: RTCIceServer[], snapshot: CallSnapshot): void {
    const target = { callId: snapshot.callId, targetUserId: this.view.peer.userId };
    const peer = new Peer({
      createConnection: this.#deps.createConnection,
      createStream: this.#deps.media.createStream,
      iceServers,
      polite: snapshot.direction === 'incoming',
      legacy: snapshot.legacy,
      // With a client of ours a camera can come on later, without another offer, because its section is there.
      video: !snapshot.legacy || snapshot.callType === 'video',
      local: this.media.stream,
      tracks: () => ({ audio: this.media.audio, video: this.media.video }),
      send: (signal) => this.#send(target, signal),
      onChange: () => this.#peerChanged(),
      canSignal: () => this.view.online,
      clock: this.#deps.clock,
      log: this.#deps.log,
    });
    this.#peer = peer;
    this.#peerChanged();
  }

  #send(target: { callId: string; targetUserId: string }, signal: Signal): void {
    if (this.isOver()) return;
    if (signal.type === 'restart') {
      this.#deps.socket.emit('webrtc-ice-candidate', { ...target, candidate: { candidate: '', restart: true } });
    } else if (signal.type === 'candidate') {
      this.#deps.socket.emit('webrtc-ice-candidate', { ...target, candidate: signal.candidate });
    } else if (signal.type === 'offer') {
      this.#deps.socket.emit('webrtc-offer', { ...target, offer: signal.offer });
    } else {
      this.#deps.socket.emit('webrtc-answer', { ...target, answer: signal.answer });
    }
  }

  #peerChanged(): void {
    const peer = this.#peer;
    if (!peer || this.isOver()) return;
    const picture = peer.remote.getVideoTracks()[0];
    this.patch({
      link: peer.link,
      remote: peer.remote,
      remotePicture: picture !== undefined && !picture.muted && peer.notice?.camera !== false && !this.#stalled,
      remoteMuted: peer.notice?.microphone === false,
    });
  }

  #mediaChanged(lost?: DeviceProblem): void {
    if (this.isOver()) return;
    const { media } = this;
    this.patch({
      local: media.stream,
      microphone: media.audio ? (media.muted ? 'muted' : 'on') : 'none',
      camera: media.camera,
      devices: media.lists,
      chosen: { ...media.chosen },
      ...(lost ? { note: lost } : {}),
    });
    this.#tell();
    this.#remember();
  }

  /** For a reload of this tab. */
  #remember(): void {
    if (!this.mine || !this.callId || !this.isLive) return;
    this.#deps.seat.remember({ callId: this.callId, camera: this.media.camera !== 'off', muted: this.media.muted });
  }

  #tell(): void {
    this.#peer?.tell({ camera: this.media.camera === 'on', microphone: this.media.audio !== null && !this.media.muted });
  }

  async #measure(): Promise<void> {
    const peer = this.#peer;
    if (!peer || this.isOver()) return;
    const report = await peer.connection.getStats().catch(() => undefined);
    if (report && peer.link === 'connected') {
      const sample = readReport(report);
      const before = this.#sample;
      this.#sample = sample;
      if (before) {
        const quality = qualityBetween(before, sample);
        this.quality.add(quality);
        if (quality !== 'unknown') this.patch({ quality });
        // Old clients don't say that their camera is off: their picture stands still.
        this.#stalled = this.view.legacy && sample.framesDecoded === before.framesDecoded;
        this.#peerChanged();
      }
    } else {
      this.#sample = undefined;
    }
    if (!this.isOver()) this.#sampling.set(SAMPLE_MS, () => void this.#measure());
  }

  /** Asked for early, while it rings; a call that gets none tries without. */
  #fetchIce(): Promise<RTCIceServer[]> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(ICE_WAIT_MS, () => resolve([]));
      const settle = (servers: RTCIceServer[]) => {
        cancel();
        resolve(servers);
      };
      this.#deps.fetchIceServers().then(settle, () => settle([]));
    });
  }
}
