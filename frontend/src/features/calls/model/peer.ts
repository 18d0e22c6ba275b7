import type { Beside } from './beside';
import { type Clock, Deadline } from '../../../shared/media/clock';
import type { Log } from './debug';
import type { Limits } from './ladder';
import { type MediaNotice, noticeText, parseNotice } from './notice';
import { type Answer, Pair, type PairOptions, type Signal } from './pair';
import type { Part, Tracks } from './parts';
import { sessionOf } from './sdp';
import type { LinkState } from './view';

export interface PeerOptions {
  callId: string;
  createConnection: (config: RTCConfiguration) => RTCPeerConnection;
  createStream: () => MediaStream;
  iceServers: RTCIceServer[];
  /** The connection of a call before with the same person. */
  warm?: Pair | undefined;
  /** Neither side is to learn where the other is. */
  relayOnly: boolean;
  polite: boolean;
  legacy: boolean;
  video: boolean;
  local: MediaStream;
  tracks: () => Tracks;
  limits: () => Limits;
  audioCodecs: () => RTCRtpCodec[];
  send: (signal: Signal) => void;
  /** Whether the way to the server is there; a restart without it would offer candidates of a network that is gone. */
  canSignal: () => boolean;
  /** Words and files, which use the same channels. */
  beside: Pick<Beside, 'attach' | 'ready' | 'hear' | 'lose'>;
  onChange: () => void;
  /** The other wants our sharing of this turn to end. */
  onStopScreen: (turn: number) => void;
  /** Another way to the other is looked for. */
  onRepair: () => void;
  clock: Clock;
  log: Log;
}

const ANSWER_MS = 5_000;
const DISCONNECTED_MS = 2_000;
const RESTART_GAP_MS = 2_000;
/** What is our own is found at once, a way by a relay after some questions and answers. */
const FOUND_MS = 3_000;
const RELAY_FOUND_MS = 10_000;
const OTHER_RESTARTS_MS = 6_000;
const RECOVER_AGAIN_MS = 10_000;
const REOPEN_MS = 200;
const WARM_MS = 900;
const WHOLE_AGAIN_MS = 600;
const WHOLE_TIMES = 4;
const GIVE_UP_MS = 30_000;

/**
 * The other person's media, over as many RTCPeerConnections as that takes: a reloaded page has a new one, which is known
 * by the session id of its descriptions, and gets a fresh one from this side. Signals are worked off in their order.
 */
export class Peer {
  link: LinkState = 'connecting';
  remote: MediaStream;
  /** The other's screen and its sound. */
  remoteScreen: MediaStream;
  /** The other's camera and microphone as they say; `undefined` from an old client. */
  notice: MediaNotice | undefined;
  readonly #options: PeerOptions;
  #iceServers: RTCIceServer[];
  #pair: Pair;
  #sent: MediaNotice = { camera: false, microphone: true };
  #queue: Promise<void> = Promise.resolve();
  #wasConnected = false;
  #recoveredAt = -RESTART_GAP_MS;
  #closed = false;
  #greeted = false;
  #begun = false;
  readonly #answerDue: Deadline;
  readonly #recoverDue: Deadline;
  readonly #giveUp: Deadline;
  readonly #wholeDue: Deadline;
  readonly #reopenDue: Deadline;
  readonly #foundDue: Deadline;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#answerDue = new Deadline(options.clock);
    this.#recoverDue = new Deadline(options.clock);
    this.#giveUp = new Deadline(options.clock);
    this.#wholeDue = new Deadline(options.clock);
    this.#reopenDue = new Deadline(options.clock);
    this.#foundDue = new Deadline(options.clock);
    this.#iceServers = options.iceServers;
    this.remote = options.createStream();
    this.remoteScreen = options.createStream();
    if (options.warm) {
      const { warm } = options;
      this.#pair = warm;
      this.notice = { camera: false, microphone: true }; // until they say; the tracks are there from before
      this.setIceServers(options.iceServers);
      warm.adopt(this.#pairOptions(() => warm));
      this.#greeted = warm.greet(options.callId);
      if (warm.promised === options.callId) void warm.confirm();
    } else {
      this.#pair = this.#createPair();
    }
  }

  /** The call is accepted: from here on the other's part is due. An offer may have been made before. */
  begin(): void {
    this.#begun = true;
    this.#giveUp.set(GIVE_UP_MS, () => this.#setLink('failed'));
    if (this.#pair.awaitsAnswer()) this.#expectAnswer();
    this.#foundDue.set(this.#options.relayOnly ? RELAY_FOUND_MS : FOUND_MS, () => this.#lookFound());
  }

  /** Chromium was seen to find not one address of its own, under load, and neither to say so nor to fail: only a restart gathers anew. */
  #lookFound(): void {
    if (this.connection.connectionState === 'connected' || !this.#pair.foundNone) return;
    this.#options.log('nothing gathered');
    this.#recover();
  }

  get connection(): RTCPeerConnection {
    return this.#pair.connection;
  }

  /** Nothing has been negotiated or offered yet. */
  get untouched(): boolean {
    return !this.#pair.offeredFirst && this.#pair.boundTo === undefined;
  }

  /** The connection is one of a call before, and the same at the other's. */
  get reused(): boolean {
    return this.#pair === this.#options.warm && this.#pair.confirmed;
  }

  /**
   * Makes the first offer. A connection from before is offered again by who offered it first, whoever calls now; so the
   * other waits a moment, for as long as that side may have it too, before it begins a new one.
   */
  offer(): void {
    if (this.#pair !== this.#options.warm) return this.#pair.open();
    if (this.#pair.offeredFirst) return this.#reopen();
    this.#recoverDue.set(WARM_MS, () => {
      if (!this.#pair.confirmed) this.#renew(true);
    });
  }

  /** The call came in: a connection from before is ours to offer if it was ours the first time. */
  expect(): void {
    if (this.#pair === this.#options.warm && this.#pair.offeredFirst) this.#reopen();
  }

  /** Each has told the other by the connection itself, so pictures need not wait for descriptions; the server and whoever has not heard do. */
  #reopen(): void {
    if (!this.#greeted) return this.#pair.reopen();
    this.#reopenDue.set(REOPEN_MS, () => this.#pair === this.#options.warm && this.#pair.reopen());
  }

  /** The call is over. What it leaves may serve the next one, where both sides are ours and it works. */
  leave(): Pair | undefined {
    const { legacy } = this.#options;
    if (legacy || this.link !== 'connected' || !this.#pair.stands || !this.#pair.confirmed) {
      this.close();
      return undefined;
    }
    this.#stop();
    this.#pair.park();
    return this.#pair;
  }

  handle(signal: Signal): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return;
      try {
        if (signal.type === 'restart') this.#restartWished();
        else if (signal.type === 'candidate') await this.#pair.candidate(signal.candidate);
        else await this.#describe(signal.type === 'offer' ? signal.offer : signal.answer);
      } catch (error) {
        this.#options.log('signal failed', error instanceof Error ? error.name : 'unknown');
      }
    });
    return this.#queue;
  }

  async setTrack(part: Part, track: MediaStreamTrack | null): Promise<void> {
    await this.#pair.replace(part, track);
  }

  /** The next restart goes by these. */
  setIceServers(servers: RTCIceServer[]): void {
    this.#iceServers = servers;
    try {
      this.connection.setConfiguration(configOf(servers, this.#options.relayOnly));
    } catch (error) {
      this.#options.log('configuration refused', error instanceof Error ? error.name : 'unknown');
    }
  }

  /** The limits have changed. */
  bound(): void {
    void this.#pair.bound();
  }

  /** Says on the data channel what is on. */
  tell(media: MediaNotice): void {
    this.#sent = media;
    for (const channel of this.#pair.channels) this.#ready(channel);
  }

  /** Wants the other's sharing of this turn to end. */
  stopScreen(turn: number): void {
    for (const channel of this.#pair.channels) if (channel.label === 'chat' && channel.readyState === 'open') channel.send(noticeText({ stopScreen: turn }));
  }

  /** The network may have changed under us: don't wait for ICE to notice. */
  networkChanged(why: string): void {
    if (this.#closed || this.#options.legacy) return;
    // Nobody has the offer yet: one with the candidates of the new network takes its place at the server.
    if (!this.#begun && this.#options.canSignal()) return this.#renew(true);
    if (!this.#pair.boundTo) return;
    this.#options.log('network changed', why);
    this.#recover();
  }

  close(): void {
    this.#stop();
    this.#pair.close();
  }

  #stop(): void {
    this.#closed = true;
    for (const due of [this.#answerDue, this.#recoverDue, this.#giveUp, this.#wholeDue, this.#reopenDue, this.#foundDue]) due.clear();
  }

  async #describe(description: RTCSessionDescriptionInit | Answer): Promise<void> {
    const pair = this.#pair;
    const { polite, legacy } = this.#options;
    const foreign = pair.boundTo !== undefined && pair.boundTo !== sessionOf(description);
    if (description.type === 'answer') {
      if (!pair.isAnsweredBy(description)) return this.#options.log('answer dropped');
      if (foreign && legacy) return this.#options.log('answer of another session');
      if (foreign) return this.#renew(true);
      await pair.describe(description);
      if (!pair.awaitsAnswer()) this.#answerDue.clear();
      return;
    }
    if (!foreign && pair.connection.signalingState === 'stable' && pair.connection.remoteDescription?.sdp === description.sdp) {
      return pair.resend('answer'); // they never got it
    }
    const givesWay = polite || !pair.wouldCollide;
    // Giving way before anything was agreed starts afresh: sections of a rolled-back first offer would be left over.
    if (givesWay && (foreign || (pair.boundTo === undefined && pair.wouldCollide))) this.#renew(false);
    await this.#pair.describe(description);
  }

  /** A fresh connection, with an offer of ours or for one of theirs. */
  #renew(offer: boolean): void {
    this.#options.log('new connection', offer);
    this.#pair.close();
    this.#options.beside.lose();
    this.#answerDue.clear();
    this.#recoverDue.clear();
    this.remote = this.#options.createStream();
    this.remoteScreen = this.#options.createStream();
    this.#pair = this.#createPair();
    if (this.#wasConnected) this.#setLink('disconnected');
    if (offer) this.#pair.open();
    this.#options.onChange();
  }

  #createPair(): Pair {
    const pair: Pair = new Pair(this.#options.createConnection(configOf(this.#iceServers, this.#options.relayOnly)), this.#pairOptions(() => pair));
    return pair;
  }

  #pairOptions(pair: () => Pair): PairOptions {
    const options = this.#options;
    return {
      polite: options.polite,
      legacy: options.legacy,
      video: options.video,
      local: options.local,
      tracks: options.tracks,
      limits: options.limits,
      audioCodecs: options.audioCodecs,
      log: options.log,
      send: (signal) => {
        options.send(signal);
        if (signal.type === 'offer' && pair() === this.#pair) this.#expectAnswer();
      },
      onState: () => this.#onState(),
      onWay: () => this.#wasConnected && this.#bringWholePictures(WHOLE_TIMES),
      onTrack: (track, part) => this.#onTrack(track, part),
      onChannel: (channel) => this.#onChannel(channel),
    };
  }

  /** An offer or its answer can be lost with a dying socket. An old client would take a second one for another call. */
  #expectAnswer(): void {
    if (this.#options.legacy || !this.#begun) return;
    const pair = this.#pair;
    this.#answerDue.set(ANSWER_MS, () => {
      if (pair.awaitsAnswer()) pair.resend('offer');
    });
  }

  #onTrack(track: MediaStreamTrack, part: Part): void {
    const stream = part === 'screen' || part === 'sound' ? this.remoteScreen : this.remote;
    for (const old of stream.getTracks()) if (old.kind === track.kind) stream.removeTrack(old);
    stream.addTrack(track);
    track.onmute = track.onunmute = track.onended = () => this.#options.onChange();
    this.#options.onChange();
  }

  #onChannel(channel: RTCDataChannel): void {
    channel.onopen = () => this.#ready(channel);
    if (channel.label !== 'chat') return this.#options.beside.attach(channel);
    channel.onmessage = ({ data }) => {
      const notice = parseNotice(data);
      if (!notice) return this.#options.beside.hear(data);
      if ('call' in notice) return void (notice.call === this.#options.callId && this.#pair.confirm());
      if ('stopScreen' in notice) return this.#options.onStopScreen(notice.stopScreen);
      this.notice = notice.media;
      // They can't offer sections for it themselves, if they did not offer first.
      if (notice.media.screen) this.#pair.openScreen();
      this.#options.onChange();
    };
  }

  #ready(channel: RTCDataChannel): void {
    if (!this.#pair.confirmed || channel.readyState !== 'open') return;
    if (channel.label === 'chat' && !this.#options.legacy) channel.send(noticeText({ media: this.#sent }));
    this.#options.beside.ready(channel);
  }

  #onState(): void {
    const state = this.connection.connectionState;
    if (state === 'connected' && this.#pair.confirmed) {
      this.tell(this.#sent);
      this.#wasConnected = true;
      this.#recoverDue.clear();
      this.#giveUp.clear();
      this.#setLink('connected');
    } else if (state === 'disconnected') {
      this.#lose();
      if (!this.#recoverDue.pending) this.#recoverDue.set(DISCONNECTED_MS, () => this.#recover());
    } else if (state === 'failed') {
      this.#lose();
      this.#recover();
    }
  }

  /**
   * The pictures of a way that was silent never came, and what builds on them shows nothing: on a new way come whole ones
   * unasked. The other's own wish for one is repeated only after three seconds, and the first was lost on that way. Several,
   * because the two ways become one another's a moment apart.
   */
  #bringWholePictures(times: number): void {
    void this.#pair.bringWholePictures();
    if (times > 1) this.#wholeDue.set(WHOLE_AGAIN_MS, () => this.#bringWholePictures(times - 1));
  }

  #lose(): void {
    if (this.link !== 'failed') this.#setLink(this.#wasConnected ? 'disconnected' : 'connecting');
    if (!this.#giveUp.pending && this.link !== 'failed') this.#giveUp.set(GIVE_UP_MS, () => this.#setLink('failed'));
  }

  #restartWished(): void {
    if (this.#options.legacy || !this.#pair.offeredFirst || !this.#pair.boundTo) return;
    // What they find for the answer that we wait for, they find on the network that they are on now. One more restart would
    // begin from the start what has come far by then.
    if (this.#pair.awaitsAnswer()) return;
    this.#recover();
  }

  /** Restarts ICE where this side offered first, else asks the other to do so, and at last begins anew. */
  #recover(): void {
    if (this.#closed) return;
    if (this.#options.legacy) {
      if (this.connection.connectionState === 'failed') this.#setLink('failed');
      return;
    }
    if (!this.#options.canSignal()) return; // its return is a change of network
    // One change is heard of several times within a second, and only the last time is the new network surely there.
    const wait = this.#recoveredAt + RESTART_GAP_MS - this.#options.clock.now();
    if (wait > 0) return this.#recoverDue.set(wait, () => this.#recover());
    this.#recoveredAt = this.#options.clock.now();
    this.#options.log('recover', this.#pair.offeredFirst);
    this.#options.onRepair();
    const later = (ms: number, run: () => void) =>
      this.#recoverDue.set(ms, () => {
        if (this.connection.connectionState !== 'connected') run();
      });
    if (this.#pair.offeredFirst) {
      this.connection.restartIce();
      later(RECOVER_AGAIN_MS, () => this.#recover());
    } else {
      this.#options.send({ type: 'restart' });
      later(OTHER_RESTARTS_MS, () => {
        this.#renew(true);
        later(RECOVER_AGAIN_MS, () => this.#recover());
      });
    }
  }

  #setLink(link: LinkState): void {
    if (this.link === link || this.#closed) return;
    this.link = link;
    this.#options.log('link', link);
    this.#options.onChange();
  }
}

/** One set of candidates is gathered as soon as there is a connection, for max-bundle needs no more. */
export function configOf(iceServers: RTCIceServer[], relayOnly: boolean): RTCConfiguration {
  return { iceServers, bundlePolicy: 'max-bundle', iceTransportPolicy: relayOnly ? 'relay' : 'all', iceCandidatePoolSize: 1 };
}
