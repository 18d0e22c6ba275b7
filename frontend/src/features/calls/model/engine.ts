import type { CallSnapshot, CallType, RecordingStands, SignalIn } from '../../../shared/wire/types';
import { Deadline } from '../../../shared/media/clock';
import { CallRecording } from '../recording/CallRecording';
import type { EngineDeps } from './deps';
import { Elsewhere } from './elsewhere';
import type { IceAnswer } from './ice';
import { endOf, isAside, isPassing, isQuiet } from './outcome';
import { WarmPairs } from './pool';
import { CallSession } from './session';
import { otherOf, SnapshotLog, startOf } from './snapshots';
import { ask } from './socket';
import { Store } from './store';
import type { CallEnd, CallView } from './view';

type NoCall = { callId: null };
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a socket brings
type Handlers = Record<string, (payload: any) => void>;

const PASSING_MS = 5_000;
const OVERDUE_MS = 5_000;
const CLIENT_GONE_MS = 10_000;
const CLAIM_TRIES = 6;
const CLAIM_AGAIN_MS = 400;

/**
 * The calls of this page, one at a time. It goes by the server's `call` snapshots and drops those it has newer ones of;
 * what the person does is shown at once and made true by the next snapshot. No React, no globals: all from `EngineDeps`.
 */
export class CallEngine {
  readonly view = new Store<CallView | null>(null);
  /** The recording of the call; agreeing to one takes less than making one. */
  readonly recording: CallRecording;
  readonly #deps: EngineDeps;
  readonly #snapshots = new SnapshotLog();
  readonly #passing: Deadline;
  readonly #clientGone: Deadline;
  readonly #elsewhere: Elsewhere;
  readonly #handlers: Handlers;
  readonly #unwatch: () => void;
  readonly #warm: WarmPairs;
  #session: CallSession | undefined;
  #online = true;
  /** Whom we asked for without ever hearing: it must not ring there for nobody if the request comes through at last. */
  #doubtful: string | undefined;
  /** Calls that the person here has ended or declined: a server that has not heard so is told again. */
  readonly #left = new Set<string>();

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#passing = new Deadline(deps.clock);
    this.#clientGone = new Deadline(deps.clock);
    this.#elsewhere = new Elsewhere(deps, {
      session: () => this.#session,
      latest: () => this.#snapshots.latest,
      show: (snapshot, stage) => this.#show(snapshot, stage),
      takeUp: (snapshot, before) => this.#takeUp(snapshot, before),
    });
    this.#warm = new WarmPairs(deps.clock);
    this.recording = new CallRecording(deps.socket, deps.clock, deps.recording, this.view, () => this.#session?.sharing ?? { video: null, audio: null });
    this.#handlers = {
      recording: (stands: RecordingStands) => this.recording.heard(stands),
      call: (snapshot: CallSnapshot | NoCall) => this.#onCall(snapshot),
      'webrtc-offer': (m: SignalIn & { offer: RTCSessionDescriptionInit }) =>
        this.#ofCall(m)?.signal({ type: 'offer', offer: m.offer }),
      'webrtc-answer': (m: SignalIn & { answer: RTCSessionDescriptionInit }) =>
        this.#ofCall(m)?.signal({ type: 'answer', answer: m.answer }),
      'webrtc-ice-candidate': (m: SignalIn & { candidate: (RTCIceCandidateInit & { restart?: boolean }) | null }) => {
        if (m.candidate?.restart) this.#ofCall(m)?.signal({ type: 'restart' });
        else if (m.candidate) this.#ofCall(m)?.signal({ type: 'candidate', candidate: m.candidate });
      },
      'webrtc-call-error': (m: { callId?: string; code?: string }) => this.#onError(m),
      connect: () => this.#onConnect(),
      disconnect: (reason: string) => this.#onDisconnect(reason),
    };
    for (const [event, handler] of Object.entries(this.#handlers)) deps.socket.on(event, handler);
    void deps.ice.get(); // ahead of the call that this engine was made for
    this.#unwatch = deps.network.watch((why) => this.#session?.networkChanged(why));
  }

  /** What came before the engine was loaded. */
  replay(backlog: readonly { event: string; payload: unknown }[]): void {
    for (const { event, payload } of backlog) this.#handlers[event]?.(payload);
  }

  /** The call that is shown; what needs no say of the server (mute, camera, devices) is asked of it. */
  get current(): CallSession | undefined {
    return this.#session;
  }

  /** How loud our microphone is just now. */
  readonly level = (): number => this.#session?.hearing.level() ?? 0;

  /** The log of this page's calls, masked, where the person has asked to see it. */
  get log(): string | undefined {
    return this.#deps.log.shown ? this.#deps.log.text() : undefined;
  }

  /** `check` where the person wants to look at their devices first. */
  async start(userId: string, name: string, kind: CallType, check = false): Promise<void> {
    const now = this.#session;
    if (now && !now.isOver()) {
      // Both called at once, and theirs was heard of before this page was ready to ask: we want to talk, so we answer.
      if (now.view.stage === 'incoming' && now.view.peer.userId === userId && !check) await this.accept(kind === 'video');
      return;
    }
    const session = this.#open(
      new CallSession(this.#deps, this.view, this.#warm, { peer: { userId, name }, direction: 'outgoing', kind, stage: 'preparing' }),
    );
    session.next = () => this.#request(session, kind);
    const video = kind === 'video';
    const first = check || (await session.preJoin.looksFirst(video));
    if (session.isOver()) return;
    if (first) await session.preJoin.check(video);
    else await this.#prepare(session, video);
  }

  /** The same before it is accepted, while it rings on in silence. */
  async check(): Promise<void> {
    const session = this.#session;
    if (session?.view.stage === 'incoming') await session.preJoin.check(session.view.kind === 'video');
  }

  leaveCheck(): void {
    const session = this.#session;
    if (session?.view.stage === 'incoming') session.preJoin.leave();
    else this.hangUp();
  }

  /** After the check, or without what can't be had: with whatever is open. */
  async proceed(): Promise<void> {
    const session = this.#session;
    if (!session || session.isOver()) return;
    const { stage, checking, problem, note, kind } = session.view;
    if (!checking && !problem) return;
    if (stage === 'incoming') return this.accept(session.media.camera !== 'off');
    session.patch({ checking: false, problem: undefined, note: problem ?? note });
    if (!checking && kind === 'video') await session.media.setCamera(true);
    if (!session.isOver()) await session.next();
  }

  async accept(withVideo: boolean): Promise<void> {
    const session = this.#session;
    if (session?.view.stage !== 'incoming' || !session.callId) return;
    const { checking, problem, note } = session.view;
    if (withVideo && session.view.kind === 'video' && !checking && this.#deps.settings.checkFirst) return this.check();
    if (session.mine) return; // it is being accepted
    session.mine = true;
    const claimed = await this.#deps.seat.claim(session.callId);
    if (!claimed) return this.#finish(session, { reason: 'elsewhere' });
    if (session.isOver()) return this.#deps.seat.release();
    // Drawn once the other has been told.
    session.patch({ stage: 'answering', silenced: true, checking: false, problem: undefined, note: problem ?? note });
    void session.gatherAhead();
    const video = withVideo && session.view.kind === 'video';
    session.next = () => this.#respond(session, video ? 'video' : 'audio');
    if (checking) await session.next();
    else if (session.preJoin.surelyOpens(video)) await Promise.all([session.preJoin.openMeanwhile(video), session.next()]);
    else await this.#prepare(session, video);
  }

  /** The same device or permission once more, after the person did something about it. */
  async retry(): Promise<void> {
    const session = this.#session;
    if (!session?.view.problem) return;
    const video = session.view.kind === 'video' && session.view.problem.device !== 'camera';
    if (session.view.checking) await session.preJoin.open(video);
    else await this.#prepare(session, video);
  }

  decline(): void {
    const session = this.#session;
    if (!session || session.isOver() || session.view.direction !== 'incoming') return;
    this.#deps.socket.emit('webrtc-call-response', {
      callId: session.callId,
      callerId: session.view.peer.userId,
      accepted: false,
      reason: 'declined',
    });
    this.#leave(session);
    this.#finish(session, { reason: 'declined-here' });
  }

  /** Leaves, cancels or declines, whichever it is. */
  hangUp(): void {
    const session = this.#session;
    if (!session || session.isOver()) return;
    const { stage, direction } = session.view;
    if (isAside(stage)) return this.dismiss();
    if (direction === 'incoming' && stage !== 'live') return this.decline();
    if (session.callId) this.#sayEnd(session.callId, session.view.peer.userId, stage === 'live' ? 'hung-up' : 'cancelled');
    this.#leave(session);
    this.#finish(session, { reason: stage === 'live' ? 'completed' : 'cancelled' });
  }

  /** Both are in a room of this call: it is over, and nobody has hung up. */
  goneOn(): void {
    const session = this.#session;
    if (!session?.callId || session.view.stage !== 'live') return;
    this.#sayEnd(session.callId, session.view.peer.userId, 'consultation');
    session.connection?.close(); // or it would be kept for the next call
    this.#leave(session);
    this.#finish(session, { reason: 'completed' });
    this.dismiss();
  }

  async callAgain(kind?: CallType): Promise<void> {
    const view = this.view.get();
    if (view?.stage === 'ended') await this.start(view.peer.userId, view.peer.name, kind ?? view.kind);
  }

  /** Closes the sheet of an ended call. */
  dismiss(): void {
    const session = this.#session;
    if (!session || (!session.isOver() && !isAside(session.view.stage))) return;
    if (!session.isOver()) this.#elsewhere.putAway(session);
    this.#elsewhere.stop();
    this.#passing.clear();
    this.#session = undefined;
    this.view.set(null);
  }

  /** Takes up a call of this device that no tab carries any more. */
  rejoin(): Promise<void> {
    return this.#elsewhere.rejoin();
  }

  /** Goes on with the call of another device here. */
  takeHere(): Promise<void> {
    return this.#elsewhere.takeHere();
  }

  /** For good: another user signs in. */
  dispose(): void {
    this.hangUp();
    this.dismiss();
    this.recording.dispose();
    this.#warm.close();
    this.#clientGone.clear();
    for (const [event, handler] of Object.entries(this.#handlers)) this.#deps.socket.off(event, handler);
    this.#unwatch();
  }

  #open(session: CallSession): CallSession {
    this.#elsewhere.stop();
    this.#passing.clear();
    if (this.#session && !this.#session.isOver()) this.#session.finish({ reason: 'gone' });
    this.#session = session;
    session.patch({ online: this.#online });
    this.#deps.log.write('stage', session.view.stage);
    return session;
  }

  async #prepare(session: CallSession, withCamera: boolean): Promise<void> {
    if (await session.preJoin.open(withCamera)) await session.next();
  }

  async #request(session: CallSession, callType: CallType): Promise<void> {
    session.patch({ stage: 'calling' });
    const { userId } = session.view.peer;
    const wish = { targetUserId: userId, callType };
    const answer = await ask<{ callId: string } & Partial<IceAnswer>>(this.#deps.socket, this.#deps.clock, 'webrtc-call-request', wish);
    this.#doubtful = !answer.ok && (answer.code === 'timeout' || answer.code === 'offline') ? userId : undefined;
    if (answer.ok && session.isOver()) return this.#sayEnd(answer.value.callId, userId, 'cancelled');
    if (session.isOver()) return;
    if (!answer.ok) return this.#finish(session, { reason: 'refused', code: answer.code });
    this.#deps.ice.learn(answer.value);
    this.#adoptId(session, answer.value.callId);
  }

  async #respond(session: CallSession, callType: CallType): Promise<void> {
    const answer = await ask<Partial<IceAnswer>>(this.#deps.socket, this.#deps.clock, 'webrtc-call-response', {
      callId: session.callId,
      callerId: session.view.peer.userId,
      accepted: true,
      callType,
    });
    if (answer.ok) this.#deps.ice.learn(answer.value);
    // Not heard of yet is not refused: the ring's own deadline ends that.
    if (!answer.ok && answer.code !== 'timeout' && !session.isLive) this.#finish(session, { reason: 'gone' });
  }

  #adoptId(session: CallSession, callId: string): void {
    if (session.callId === callId) return;
    const stage = session.view.stage === 'calling' ? 'ringing' : session.view.stage;
    session.patch({ callId, stage });
    this.#deps.seat.remember({ callId, camera: session.media.camera !== 'off', muted: session.media.muted });
    void this.#deps.seat.claim(callId);
  }

  #onCall(snapshot: CallSnapshot | NoCall): void {
    const session = this.#session;
    if (snapshot.callId === null) {
      this.#snapshots.clear();
      if (!session?.callId || session.isOver()) return;
      if (isAside(session.view.stage)) return this.dismiss();
      return this.#finish(session, { reason: session.isLive ? 'lost' : session.view.direction === 'incoming' ? 'missed' : 'no-answer' });
    }
    if (!this.#snapshots.take(snapshot)) return this.#deps.log.write('older snapshot dropped');
    this.#deps.log.write('call', snapshot.state);
    if (this.#left.has(snapshot.callId) && snapshot.state !== 'ended') {
      return this.#sayEnd(snapshot.callId, otherOf(snapshot).userId, snapshot.state === 'ringing' ? 'cancelled' : 'hung-up');
    }
    if (session && (session.callId === snapshot.callId || this.#awaits(session, snapshot))) this.#advance(session, snapshot);
    else if (snapshot.state !== 'ended') this.#meet(snapshot);
  }

  /** A call we have asked for, whose snapshot overtook the acknowledgement; or theirs, when both called at once. */
  #awaits(session: CallSession, snapshot: CallSnapshot): boolean {
    if (session.callId || session.view.stage !== 'calling' || snapshot.state === 'ended') return false;
    if (otherOf(snapshot).userId !== session.view.peer.userId) return false;
    return snapshot.here && (snapshot.direction === 'outgoing' || snapshot.state !== 'ringing');
  }

  #advance(session: CallSession, snapshot: CallSnapshot): void {
    if (session.isOver()) {
      if (snapshot.state === 'ended' && snapshot.durationMs && session.view.end) {
        session.patch({ end: { ...session.view.end, durationMs: snapshot.durationMs } });
      }
      return;
    }
    if (!isAside(session.view.stage)) this.#adoptId(session, snapshot.callId);
    if (snapshot.state === 'ended') {
      if (isAside(session.view.stage)) return this.dismiss();
      return this.#finish(session, endOf(snapshot, session.view));
    }
    if (isAside(session.view.stage)) return this.#elsewhere.advance(session, snapshot);
    if (snapshot.state === 'ringing') {
      if (session.mine && snapshot.direction === 'outgoing') void session.offerAhead(snapshot);
      return this.#expire(session, snapshot);
    }
    if (!snapshot.here) return this.#finish(session, { reason: 'elsewhere' });
    if (!session.mine) return this.#elsewhere.watchTab(snapshot);
    if (session.isLive) void session.otherRenewed(snapshot);
    else void session.goLive(snapshot, false);
  }

  /** A call that this page knows nothing of yet. */
  #meet(snapshot: CallSnapshot): void {
    const session = this.#session;
    const asked = session && (session.view.stage === 'preparing' || session.view.stage === 'calling');
    if (snapshot.state === 'ringing' && snapshot.direction === 'incoming') {
      // We are calling that very person: our request will accept theirs.
      if (asked && otherOf(snapshot).userId === session.view.peer.userId && !session.view.problem && !session.view.checking) return;
      const ring = this.#open(new CallSession(this.#deps, this.view, this.#warm, { ...startOf(snapshot), stage: 'incoming' }));
      void ring.preJoin.lookAhead();
      return this.#expire(ring, snapshot);
    }
    if (!snapshot.here && snapshot.state !== 'ringing' && !asked) return this.#elsewhere.watchDevice(snapshot);
    if (!snapshot.here || (asked && snapshot.state === 'ringing')) return;
    if (snapshot.direction === 'outgoing' && this.#doubtful === otherOf(snapshot).userId) {
      this.#doubtful = undefined;
      this.#left.add(snapshot.callId);
      return this.#sayEnd(snapshot.callId, otherOf(snapshot).userId, 'cancelled');
    }
    const mark = this.#deps.seat.recall();
    if (mark?.callId === snapshot.callId) void this.#takeUp(snapshot, mark);
    else if (snapshot.state !== 'ringing') this.#elsewhere.watchTab(snapshot);
  }

  /** This tab was reloaded while it carried the call: go on as before. */
  async #takeUp(snapshot: CallSnapshot, before: { camera: boolean; muted: boolean }): Promise<void> {
    const ringing = snapshot.state === 'ringing';
    const session = this.#open(
      new CallSession(this.#deps, this.view, this.#warm, { ...startOf(snapshot), stage: ringing ? 'ringing' : 'live' }),
    );
    session.mine = true;
    session.media.muted = before.muted;
    if (ringing) this.#expire(session, snapshot);
    if (!(await this.#claimAgain(snapshot.callId))) return this.#elsewhere.watchTab(snapshot);
    await session.preJoin.openMeanwhile(before.camera);
    const now = this.#snapshots.latest;
    if (now?.callId !== snapshot.callId) return;
    if (now.state === 'ringing') await session.offerAhead(now);
    else await session.goLive(now, true);
  }

  /** The page that was here a moment ago may hold the lock a little longer. */
  async #claimAgain(callId: string): Promise<boolean> {
    for (let attempt = 0; attempt < CLAIM_TRIES; attempt += 1) {
      if (await this.#deps.seat.claim(callId)) return true;
      await new Promise<void>((resolve) => this.#deps.clock.after(CLAIM_AGAIN_MS, resolve));
    }
    return false;
  }

  #show(snapshot: CallSnapshot, stage: 'other-tab' | 'other-device'): CallSession {
    const session = this.#open(new CallSession(this.#deps, this.view, this.#warm, { ...startOf(snapshot), stage }));
    session.mine = false;
    return session;
  }

  /** No ring outlives its deadline, even where the server can't say so any more. */
  #expire(session: CallSession, snapshot: CallSnapshot): void {
    if (snapshot.expiresInMs === undefined) return;
    const reason = session.view.direction === 'incoming' ? 'missed' : 'no-answer';
    session.expiry.set(snapshot.expiresInMs + OVERDUE_MS, () => this.#finish(session, { reason }));
  }

  #finish(session: CallSession, end: Omit<CallEnd, 'quality'>): void {
    if (session.isOver()) return;
    session.finish(end);
    this.#deps.log.write('ended', end.reason);
    if (session.mine) {
      this.#deps.seat.release();
      this.#deps.seat.forget();
    }
    if (session !== this.#session) return;
    if (isQuiet(end.reason)) this.dismiss();
    else if (end.reason === 'elsewhere' && session.isLive) this.#passed();
    else if (isPassing(end.reason)) this.#passing.set(PASSING_MS, () => this.#passed());
    const waiting = this.#snapshots.latest;
    if (waiting && waiting.callId !== session.callId && waiting.state === 'ringing') this.#meet(waiting);
  }

  /** The news is over, or none; the call of the other device may go on. */
  #passed(): void {
    this.dismiss();
    const { latest } = this.#snapshots;
    if (latest && latest.state !== 'ringing') this.#meet(latest);
  }

  #leave(session: CallSession): void {
    if (session.callId) this.#left.add(session.callId);
  }

  /** The server has no such call: it ended while this page could not hear of it. */
  #onError({ callId, code }: { callId?: string; code?: string }): void {
    const session = this.#session;
    if (code !== 'call_not_found' || !session?.mine || session.callId !== callId) return;
    this.#finish(session, { reason: session.isLive ? 'lost' : 'gone' });
  }

  #sayEnd(callId: string, targetUserId: string, reason: string): void {
    this.#deps.socket.emit('webrtc-end-call', { callId, targetUserId, reason });
  }

  #ofCall(message: SignalIn): CallSession | undefined {
    return this.#session?.callId === message.callId && this.#session.mine ? this.#session : undefined;
  }

  #onConnect(): void {
    const away = !this.#online;
    this.#online = true;
    this.#clientGone.clear();
    this.#session?.patch({ online: true });
    // A browser whose network changes loses this connection first, long before ICE misses anything.
    if (away) this.#session?.networkChanged('signalling');
  }

  #onDisconnect(reason: string): void {
    this.#online = false;
    this.#session?.patch({ online: false });
    // Closed by our own side and not opened again: signed out.
    if (reason === 'io client disconnect') {
      this.#warm.close();
      this.#clientGone.set(CLIENT_GONE_MS, () => this.#session && this.#finish(this.#session, { reason: 'lost' }));
    }
  }
}
