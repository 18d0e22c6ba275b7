import { sessionOf } from '../model/sdp';
import { FakeTrack } from './fakes';

let sessions = 0;

interface FakeParameters {
  encodings: Record<string, unknown>[];
  degradationPreference?: string;
}

interface FakeSection {
  direction: string;
  /** What was preferred, by name. */
  codecs: string[];
  setCodecPreferences: (codecs: { mimeType: string }[]) => void;
  receiver: { track: FakeTrack };
  sender: {
    track: FakeTrack | null;
    replaceTrack: (track: FakeTrack | null) => Promise<void>;
    setStreams: () => void;
    encoding: Record<string, unknown>;
    degradation: string | undefined;
    getParameters: () => FakeParameters;
    setParameters: (parameters: FakeParameters) => Promise<void>;
  };
}

/** An RTCPeerConnection that negotiates by the rules of JSEP and moves no media. */
export class FakeConnection {
  static all: FakeConnection[] = [];
  readonly session = String(++sessions);
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState = 'new';
  localDescription: RTCSessionDescriptionInit | null = null;
  /** Whether gathering comes to something. */
  finds = true;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  candidates: RTCIceCandidateInit[] = [];
  channels: { label: string; readyState: string; sent: string[]; send: (text: string) => void; onopen?: () => void; onmessage?: (event: { data: unknown }) => void }[] = [];
  offers = 0;
  restarts = 0;
  rollbacks = 0;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: { toJSON: () => RTCIceCandidateInit } | null }) => void) | null = null;
  ontrack: ((event: { track: FakeTrack }) => void) | null = null;
  ondatachannel: unknown = null;
  onconnectionstatechange: (() => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  #sections: FakeSection[] = [];
  /** Those whose track was said to be there. */
  readonly #told = new Set<FakeSection>();
  #version = 0;
  #needed = false;
  #stable: { local: RTCSessionDescriptionInit | null } = { local: null };

  constructor(public config: RTCConfiguration) {
    FakeConnection.all.push(this);
  }

  setConfiguration(config: RTCConfiguration): void {
    this.config = config;
  }

  get ufrag(): string {
    return `u${this.session}-${this.restarts}`;
  }

  getTransceivers = (): FakeSection[] => this.#sections;
  /** What the next report says; none until a test has something to say. */
  stats: ({ id: string } & Record<string, unknown>)[] = [];
  getStats = (): Promise<Map<string, unknown>> => Promise.resolve(new Map(this.stats.map((entry) => [entry.id, entry])));

  createDataChannel(label: string): FakeConnection['channels'][number] {
    const sent: string[] = [];
    const channel = { label, readyState: 'connecting', sent, send: (text: string) => void sent.push(text) };
    this.channels.push(channel);
    this.#need();
    return channel;
  }

  addTransceiver(what: FakeTrack | 'audio' | 'video'): FakeSection {
    const section = newSection(typeof what === 'string' ? what : what.kind, 'sendrecv');
    section.sender.track = typeof what === 'string' ? null : what;
    this.#sections.push(section);
    this.#need();
    return section;
  }

  restartIce(): void {
    this.restarts += 1;
    this.#need();
  }

  async setLocalDescription(): Promise<void> {
    await Promise.resolve();
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    if (type === 'offer') this.offers += 1;
    this.localDescription = { type, sdp: this.#sdp() };
    this.#to(type === 'offer' ? 'have-local-offer' : 'stable');
    if (this.finds) this.onicecandidate?.({ candidate: { toJSON: () => ({ candidate: 'candidate:1', sdpMid: '0', usernameFragment: this.ufrag }) } });
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    await Promise.resolve();
    if (description.type === 'answer' && this.signalingState !== 'have-local-offer') throw new DOMException('state', 'InvalidStateError');
    if (description.type === 'answer' && this.remoteDescription && sessionOf(this.remoteDescription) !== sessionOf(description)) {
      throw new DOMException('another fingerprint', 'InvalidAccessError');
    }
    if (description.type === 'offer' && this.signalingState === 'have-local-offer') {
      this.rollbacks += 1;
      this.localDescription = this.#stable.local;
    }
    this.remoteDescription = description;
    for (const kind of ['audio', 'video'] as const) {
      const offered = description.sdp?.split(`m=${kind}`).length ?? 1;
      while (description.type === 'offer' && this.#of(kind).length < offered - 1) this.#sections.push(newSection(kind, 'recvonly'));
      for (const section of this.#of(kind).slice(0, offered - 1)) {
        if (this.#told.has(section)) continue;
        this.#told.add(section);
        this.ontrack?.({ track: section.receiver.track });
      }
    }
    this.#to(description.type === 'offer' ? 'have-remote-offer' : 'stable');
  }

  async addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    await Promise.resolve();
    if (!this.remoteDescription) throw new DOMException('no description', 'InvalidStateError');
    this.candidates.push(candidate);
  }

  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
  }

  /** What ICE and DTLS would find out. */
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** Of each kind the first section is the person's, the second that of a screen. */
  sender(part: 'audio' | 'video' | 'screen' | 'sound'): FakeSection['sender'] | undefined {
    const kind = part === 'audio' || part === 'sound' ? 'audio' : 'video';
    return this.#of(kind)[part === kind ? 0 : 1]?.sender;
  }

  #of(kind: string): FakeSection[] {
    return this.#sections.filter((section) => section.receiver.track.kind === kind);
  }

  #to(state: RTCSignalingState): void {
    this.signalingState = state;
    if (state === 'stable') this.#stable = { local: this.localDescription };
    this.onsignalingstatechange?.();
  }

  #need(): void {
    if (this.#needed) return;
    this.#needed = true;
    queueMicrotask(() => {
      this.#needed = false;
      if (this.signalingState === 'stable') this.onnegotiationneeded?.();
    });
  }

  #sdp(): string {
    const voice = 'a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n';
    const sections = this.#sections
      .map(({ receiver: { track } }) => `m=${track.kind} 9 x\r\n${track.kind === 'audio' ? voice : ''}`)
      .join('');
    return `v=0\r\no=- ${this.session} ${++this.#version} IN IP4 127.0.0.1\r\na=ice-ufrag:${this.ufrag}\r\n${sections}`;
  }
}

function newSection(kind: 'audio' | 'video', direction: string): FakeSection {
  const sender: FakeSection['sender'] = {
    track: null,
    replaceTrack(track) {
      sender.track = track;
      return Promise.resolve();
    },
    setStreams: () => undefined,
    encoding: {},
    getParameters: () => ({ encodings: [{ ...sender.encoding }] }),
    degradation: undefined,
    setParameters({ encodings, degradationPreference }) {
      sender.encoding = encodings[0] ?? {};
      sender.degradation = degradationPreference;
      return Promise.resolve();
    },
  };
  const section: FakeSection = {
    direction,
    codecs: [],
    setCodecPreferences: (codecs) => (section.codecs = codecs.map(({ mimeType }) => mimeType)),
    receiver: { track: new FakeTrack(kind) },
    sender,
  };
  return section;
}
