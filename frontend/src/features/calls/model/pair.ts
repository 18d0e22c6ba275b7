import { candidateText, type Log } from './debug';
import type { Limits } from './ladder';
import { fragmentOf, fragmentsOf, sessionOf, wishingForOpus } from './sdp';

export type Signal =
  | { type: 'offer'; offer: RTCSessionDescriptionInit }
  | { type: 'answer'; answer: RTCSessionDescriptionInit }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }
  /** Who did not offer first asks who did to restart ICE. */
  | { type: 'restart' };

export interface Tracks {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

export interface PairOptions {
  connection: RTCPeerConnection;
  /** Gives way when both offer at once; the callee does. */
  polite: boolean;
  /** The other is an old client: it takes each offer for a new call, so there is one offer in the pair's life. */
  legacy: boolean;
  /** Whether our offer has a section for a picture. */
  video: boolean;
  local: MediaStream;
  tracks: () => Tracks;
  /** How much may be sent. */
  limits: () => Limits;
  audioCodecs: () => RTCRtpCodec[];
  send: (signal: Signal) => void;
  onState: () => void;
  onTrack: (track: MediaStreamTrack) => void;
  onChannel: (channel: RTCDataChannel) => void;
  log: Log;
}

const HELD_MAX = 256;

/**
 * One RTCPeerConnection and its half of the W3C's perfect negotiation, whole: `makingOffer`, `ignoreOffer` and
 * `isSettingRemoteAnswerPending`. What happens when the other side has a new connection is `Peer`'s to decide.
 */
export class Pair {
  readonly connection: RTCPeerConnection;
  /** Whether the first offer of this pair was ours: that side alone restarts ICE (Firefox keeps its DTLS role, Chromium can't follow). */
  offeredFirst = false;
  readonly #options: PairOptions;
  /** A sender takes no parameters that were read before another set them. */
  #bounding: Promise<void> = Promise.resolve();
  #held: RTCIceCandidateInit[] = [];
  #makingOffer = false;
  #ignoreOffer = false;
  #isSettingRemoteAnswerPending = false;
  #closed = false;

  constructor(options: PairOptions) {
    this.#options = options;
    this.connection = options.connection;
    const pc = this.connection;
    pc.onnegotiationneeded = () => void this.#negotiate();
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate || this.#closed) return;
      const plain = candidate.toJSON();
      options.log('candidate of ours', candidateText(plain.candidate ?? ''));
      options.send({ type: 'candidate', candidate: plain });
    };
    pc.ontrack = ({ track }) => options.onTrack(track);
    pc.ondatachannel = ({ channel }) => options.onChannel(channel);
    pc.onconnectionstatechange = () => {
      options.log('connection', pc.connectionState);
      if (!this.#closed) options.onState();
    };
    pc.onsignalingstatechange = () => options.log('signaling', pc.signalingState);
    pc.oniceconnectionstatechange = () => options.log('ice', pc.iceConnectionState);
  }

  /** The session that the other side's descriptions came from. */
  get boundTo(): string | undefined {
    const remote = this.connection.remoteDescription;
    return remote ? sessionOf(remote) : undefined;
  }

  /** Our offer is out and unanswered. */
  awaitsAnswer(): boolean {
    return this.connection.signalingState === 'have-local-offer';
  }

  /** An offer that came now would meet one of ours. */
  get wouldCollide(): boolean {
    const ready = this.connection.signalingState === 'stable' || this.#isSettingRemoteAnswerPending;
    return this.#makingOffer || !ready;
  }

  /** Makes the first offer: what it adds to the connection asks for a negotiation. */
  open(): void {
    this.offeredFirst = true;
    const { local, tracks, video, onChannel } = this.#options;
    const { audio, video: picture } = tracks();
    onChannel(this.connection.createDataChannel('chat', { ordered: true }));
    const voice = this.connection.addTransceiver(audio ?? 'audio', { direction: 'sendrecv', streams: [local] });
    this.#preferRed(voice);
    if (video) this.connection.addTransceiver(picture ?? 'video', { direction: 'sendrecv', streams: [local] });
  }

  async describe(description: RTCSessionDescriptionInit): Promise<void> {
    const pc = this.connection;
    const isAnswer = description.type === 'answer';
    this.#ignoreOffer = !isAnswer && this.wouldCollide && !this.#options.polite;
    if (this.#ignoreOffer) return this.#options.log('offer ignored');
    this.#isSettingRemoteAnswerPending = isAnswer;
    try {
      await pc.setRemoteDescription(description);
    } finally {
      this.#isSettingRemoteAnswerPending = false;
    }
    if (!isAnswer) {
      await this.#takeSections();
      await pc.setLocalDescription();
      this.#sendDescription('answer');
    }
    await this.#release();
    await this.bound();
  }

  /** Candidates wait until there is a description that they belong to. */
  async candidate(candidate: RTCIceCandidateInit): Promise<void> {
    const fragment = fragmentOf(candidate);
    this.#options.log('candidate of theirs', candidateText(candidate.candidate ?? ''));
    const remote = this.connection.remoteDescription;
    const belongs = remote && (fragment === undefined || fragmentsOf(remote).has(fragment));
    if (!belongs) {
      if (this.#held.length < HELD_MAX) this.#held.push(candidate);
      return;
    }
    try {
      await this.connection.addIceCandidate(candidate);
    } catch {
      if (!this.#ignoreOffer) this.#options.log('candidate refused');
    }
  }

  async replace(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    await this.#section(kind)?.sender.replaceTrack(track);
    // Another camera has other lines to be scaled down from.
    if (kind === 'video' && track) await this.bound();
  }

  /** Sends the description that stands once more, with the candidates gathered since. */
  resend(type: 'offer' | 'answer'): void {
    this.#sendDescription(type);
  }

  close(): void {
    this.#closed = true;
    this.connection.close();
  }

  async #negotiate(): Promise<void> {
    const pc = this.connection;
    if (this.#closed || !this.offeredFirst || (this.#options.legacy && pc.remoteDescription)) return;
    try {
      this.#makingOffer = true;
      await pc.setLocalDescription();
    } catch {
      this.#options.log('offer failed');
    } finally {
      this.#makingOffer = false;
    }
    if (pc.signalingState === 'have-local-offer') this.#sendDescription('offer');
  }

  #sendDescription(type: 'offer' | 'answer'): void {
    const description = this.connection.localDescription;
    if (this.#closed || description?.type !== type) return;
    const plain = { type, sdp: this.#options.legacy ? description.sdp : wishingForOpus(description.sdp) };
    this.#options.send(type === 'offer' ? { type, offer: plain } : { type, answer: plain });
  }

  /** Answers with a sending section for each one offered, filled or not, so that a track can come later without another offer. */
  async #takeSections(): Promise<void> {
    const { local, tracks } = this.#options;
    const current = tracks();
    for (const kind of ['audio', 'video'] as const) {
      const section = this.#section(kind);
      if (!section) continue;
      section.direction = 'sendrecv';
      // Old clients look for the track's stream. Missing in Firefox before 113.
      (section.sender as { setStreams?: (...streams: MediaStream[]) => void }).setStreams?.(local);
      if (section.sender.track !== current[kind]) await section.sender.replaceTrack(current[kind]);
    }
  }

  #section(kind: 'audio' | 'video'): RTCRtpTransceiver | undefined {
    return this.connection
      .getTransceivers()
      .find((section) => section.receiver.track.kind === kind && section.direction !== 'stopped');
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    for (const candidate of held) await this.candidate(candidate);
  }

  /** Each packet carries the voice before once more, so that one that is lost is not missed. An old client is not to be surprised by it. */
  #preferRed(voice: RTCRtpTransceiver): void {
    if (this.#options.legacy) return;
    const codecs = this.#options.audioCodecs();
    const isRed = ({ mimeType }: RTCRtpCodec) => mimeType.toLowerCase() === 'audio/red';
    if (!codecs.some(isRed)) return;
    try {
      voice.setCodecPreferences([...codecs.filter(isRed), ...codecs.filter((codec) => !isRed(codec))]);
    } catch {
      this.#options.log('red not preferred');
    }
  }

  /** Holds what we send within the limits, without another offer. The voice comes first where there is too little. */
  bound(): Promise<void> {
    this.#bounding = this.#bounding.then(async () => {
      const limits = this.#options.limits();
      for (const kind of ['audio', 'video'] as const) {
        const sender = this.#section(kind)?.sender;
        const parameters = sender?.getParameters();
        const encoding = parameters?.encodings[0];
        if (!sender || !parameters || !encoding) continue;
        encoding.networkPriority = kind === 'audio' ? 'high' : 'low';
        if (kind === 'audio') encoding.maxBitrate = limits.audioBps;
        else if (limits.height === undefined) encoding.active = false;
        else {
          encoding.active = true;
          encoding.maxBitrate = limits.videoBps;
          encoding.scaleResolutionDownBy = scaleTo(limits.height, sender.track);
        }
        await sender.setParameters(parameters).catch(() => this.#options.log('limits not set', kind));
      }
    });
    return this.#bounding;
  }
}

/** By how much a picture is made smaller, so that its shorter side has so many lines. */
function scaleTo(lines: number, track: MediaStreamTrack | null): number {
  const { width, height } = track?.getSettings() ?? {};
  return Math.max(1, Math.min(width ?? lines, height ?? lines) / lines);
}
