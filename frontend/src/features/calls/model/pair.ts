import { candidateText, type Log } from './debug';
import { FILES_LABEL } from './files/messages';
import type { Limits } from './ladder';
import { noticeText, parseNotice } from './notice';
import { holdTo, NO_TRACKS, type Part, partOf, PARTS, sectionOf, type Tracks } from './parts';
import { fragmentOf, fragmentsOf, sessionOf, wishingForOpus, wishingForPicture } from './sdp';

/** `to` is the session of the offer that it answers; an old client says nothing of it. */
export type Answer = RTCSessionDescriptionInit & { to?: string };

export type Signal =
  | { type: 'offer'; offer: RTCSessionDescriptionInit }
  | { type: 'answer'; answer: Answer }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }
  /** Who did not offer first asks who did to restart ICE. */
  | { type: 'restart' };

/** What a pair needs of the call that it is for. */
export interface PairOptions {
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
  /** Packets go another way from now on. */
  onWay: () => void;
  onTrack: (track: MediaStreamTrack, part: Part) => void;
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
  readonly channels: RTCDataChannel[] = [];
  /** The call that the other was in before this side was. */
  promised: string | undefined;
  #options: PairOptions;
  /** Taken over from a call before, and not known yet to be the other's as well. */
  #reused = false;
  /** It had a call before this one. */
  #adopted = false;
  /** A sender takes no parameters that were read before another set them. */
  #bounding: Promise<void> = Promise.resolve();
  #bounds = 0;
  #found = 0;
  #held: RTCIceCandidateInit[] = [];
  #makingOffer = false;
  #ignoreOffer = false;
  #isSettingRemoteAnswerPending = false;
  #closed = false;

  constructor(connection: RTCPeerConnection, options: PairOptions) {
    this.#options = options;
    this.connection = connection;
    const pc = this.connection;
    const log: Log = (what, detail) => this.#options.log(what, detail);
    pc.onnegotiationneeded = () => void this.#negotiate();
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate || this.#closed) return;
      this.#found += 1;
      const plain = candidate.toJSON();
      log('candidate of ours', candidateText(plain.candidate ?? ''));
      this.#options.send({ type: 'candidate', candidate: plain });
    };
    pc.ontrack = ({ track }) => this.#options.onTrack(track, partOf(pc, track));
    pc.ondatachannel = ({ channel }) => this.#channel(channel);
    pc.onconnectionstatechange = () => {
      log('connection', pc.connectionState);
      if (!this.#closed) this.#options.onState();
    };
    pc.onsignalingstatechange = () => {
      log('signaling', pc.signalingState);
      this.#watchWay();
    };
    pc.oniceconnectionstatechange = () => log('ice', pc.iceConnectionState);
  }

  /** Whether the browser should have found a way to us by now, but has not. */
  get foundNone(): boolean {
    return this.#found === 0 && this.connection.localDescription !== null;
  }

  /** Connected, agreed, and open. */
  get stands(): boolean {
    return !this.#closed && this.connection.connectionState === 'connected' && this.connection.signalingState === 'stable';
  }

  /** Until a description of the other's has come for it, in this call, it may be that of another device of theirs. */
  get confirmed(): boolean {
    return !this.#reused;
  }

  /** The call is over: nothing is sent any more, nothing is told to anybody. */
  park(): void {
    const none = () => undefined;
    // What leads nowhere any more is of no use; the other may have signed out.
    const onState = () => {
      if (!this.stands) this.close();
    };
    this.#options = { ...this.#options, tracks: () => NO_TRACKS, send: none, onState, onWay: none, onTrack: none, onChannel: none };
    this.#held = [];
    this.#reused = true;
    this.promised = undefined;
    for (const channel of this.channels) {
      channel.onopen = channel.onmessage = null;
      if (channel.label !== 'chat') continue;
      channel.onmessage = ({ data }) => {
        const notice = parseNotice(data);
        if (notice && 'call' in notice) this.promised = notice.call;
      };
    }
    for (const section of this.connection.getTransceivers()) {
      section.receiver.track.onmute = section.receiver.track.onunmute = section.receiver.track.onended = null;
      void section.sender.replaceTrack(null).catch(() => this.close());
    }
  }

  /** For another call with the same person. Our tracks wait until it is confirmed. */
  adopt(options: PairOptions): void {
    this.#options = options;
    this.#adopted = true;
    for (const channel of this.channels) options.onChannel(channel);
  }

  /** Says to the other by the connection itself which call this side is in. False where it has no way for words. */
  greet(call: string): boolean {
    const chat = this.channels.find(({ label, readyState }) => label === 'chat' && readyState === 'open');
    chat?.send(noticeText({ call }));
    return chat !== undefined;
  }

  /** The other has said that they are in this call: it is as good as their description, which comes later. */
  async confirm(): Promise<void> {
    if (!this.#reused || this.#closed) return;
    this.#reused = false;
    await this.bound();
    await this.#takeSections();
    this.#adoptTracks();
  }

  /** Offers what stands once more: if the other has it too, their answer confirms it. */
  reopen(): void {
    void this.#negotiate();
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

  /** It is no answer to an offer of a connection that this one has taken the place of. */
  isAnsweredBy({ to }: Answer): boolean {
    const local = this.connection.localDescription;
    return this.awaitsAnswer() && (to === undefined || (local !== null && to === sessionOf(local)));
  }

  /** An offer that came now would meet one of ours. */
  get wouldCollide(): boolean {
    const ready = this.connection.signalingState === 'stable' || this.#isSettingRemoteAnswerPending;
    return this.#makingOffer || !ready;
  }

  /** Makes the first offer: what it adds to the connection asks for a negotiation. */
  open(): void {
    this.offeredFirst = true;
    const { local, tracks, video } = this.#options;
    const { audio, video: picture } = tracks();
    this.#channel(this.connection.createDataChannel('chat', { ordered: true }));
    // Old clients take whatever channel comes for that of words.
    if (!this.#options.legacy) this.#channel(this.connection.createDataChannel(FILES_LABEL, { ordered: true }));
    const voice = this.connection.addTransceiver(audio ?? 'audio', { direction: 'sendrecv', streams: [local] });
    this.#preferRed(voice);
    if (video) this.connection.addTransceiver(picture ?? 'video', { direction: 'sendrecv', streams: [local] });
    if (tracks().screen) this.openScreen();
    void this.#negotiate(); // and not only after whatever the page has to draw now
  }

  /** Offers sections for a screen and its sound, each way, where there are none; the side that did not offer first waits for them. */
  openScreen(): void {
    const { legacy } = this.#options;
    if (legacy || this.#closed || !this.offeredFirst || !this.confirmed || this.#section('screen')) return;
    const { screen, sound } = this.#options.tracks();
    this.connection.addTransceiver(screen ?? 'video', { direction: 'sendrecv' });
    this.connection.addTransceiver(sound ?? 'audio', { direction: 'sendrecv' });
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
    const confirmed = this.#reused;
    this.#reused = false;
    if (!isAnswer || confirmed) await this.#takeSections();
    if (!isAnswer) {
      await pc.setLocalDescription();
      this.#sendDescription('answer');
    }
    await this.#release();
    await this.bound();
    if (confirmed) this.#adoptTracks();
    if (this.#options.tracks().screen) this.openScreen();
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

  async replace(part: Part, track: MediaStreamTrack | null): Promise<void> {
    // Nothing of ours goes to a device that may not be in this call; once it is known to be, it gets what there is then.
    if (!this.confirmed) return;
    if (part === 'screen' && track) this.openScreen();
    // Another camera has other lines to be scaled down from, and its first picture is not to be a large one.
    if (track && part !== 'audio') await this.bound();
    await this.#section(part)?.sender.replaceTrack(track);
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
    if (this.#closed || this.#makingOffer || !this.offeredFirst || (this.#options.legacy && pc.remoteDescription)) return;
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
    const { legacy, send } = this.#options;
    const plain = { type, sdp: legacy ? description.sdp : wishingForPicture(wishingForOpus(description.sdp)) };
    if (type === 'offer') send({ type, offer: plain });
    else send({ type, answer: legacy ? plain : { ...plain, to: this.boundTo ?? '' } });
  }

  /** Answers with a sending section for each one offered, filled or not, so that a track can come later without another offer. */
  async #takeSections(): Promise<void> {
    const { local } = this.#options;
    const tracks = this.#options.tracks();
    const take = async (part: Part) => {
      const section = this.#section(part);
      if (!section) return;
      if (section.direction !== 'sendrecv') section.direction = 'sendrecv';
      // Old clients look for the track's stream. Missing in Firefox before 113.
      // Of a connection that is reused the stream stays what it was: another would need another offer.
      const ofPerson = part === 'audio' || part === 'video';
      if (!this.#adopted && ofPerson) (section.sender as { setStreams?: (...streams: MediaStream[]) => void }).setStreams?.(local);
      if (section.sender.track !== tracks[part]) await section.sender.replaceTrack(tracks[part]);
    };
    await Promise.all(PARTS.map(take));
  }

  #channel(channel: RTCDataChannel): void {
    this.channels.push(channel);
    this.#options.onChannel(channel);
  }

  /** The other's tracks are there already, and no event brings them. */
  #adoptTracks(): void {
    for (const { receiver } of this.connection.getTransceivers()) this.#options.onTrack(receiver.track, partOf(this.connection, receiver.track));
    this.#options.onState();
  }

  #section(part: Part): RTCRtpTransceiver | undefined {
    return sectionOf(this.connection, part);
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

  #watchWay(): void {
    const ways = this.connection.getTransceivers().map(({ sender }) => (sender as Partial<RTCRtpSender>).transport?.iceTransport);
    for (const way of new Set(ways)) if (way) way.onselectedcandidatepairchange = () => !this.#closed && this.#options.onWay();
  }

  /** The next picture is one that needs none before it. */
  bringWholePictures(): Promise<void> {
    return this.#inTurn(async () => {
      for (const part of ['video', 'screen'] as const) {
        const sender = this.#section(part)?.sender;
        if (!sender?.track) continue;
        // Firefox knows no such wish, and takes the parameters as they were.
        const whole = { encodingOptions: [{ keyFrame: true }] };
        await sender.setParameters(sender.getParameters(), whole).catch(() => this.#options.log('no whole picture', part));
      }
    });
  }

  /** At once where nobody is before it: what the page draws next would be waited for otherwise. */
  #inTurn(run: () => Promise<void>): Promise<void> {
    const ran = this.#bounds === 0 ? run() : this.#bounding.then(run, run);
    this.#bounds += 1;
    return (this.#bounding = ran.finally(() => (this.#bounds -= 1)));
  }

  /** Holds what we send within the limits, without another offer. */
  bound(): Promise<void> {
    return this.#inTurn(async () => {
      const limits = this.#options.limits();
      const hold = async (part: Part) => {
        const sender = this.#section(part)?.sender;
        const parameters = sender?.getParameters();
        const before = JSON.stringify(parameters);
        if (!sender || !parameters || !holdTo(limits, part, parameters, this.#options.tracks()[part])) return;
        if (JSON.stringify(parameters) === before) return; // an encoder would begin anew for nothing
        await sender.setParameters(parameters).catch(() => this.#options.log('limits not set', part));
      };
      await Promise.all(PARTS.map(hold));
    });
  }
}
