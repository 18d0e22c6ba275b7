import type { CallSnapshot, CallState, CallType } from '../../../shared/wire/types';
import type { IceAnswer } from '../model/ice';
import type { CallSocket } from '../model/socket';

type Payload = Record<string, unknown>;
type Listener = (payload: unknown) => void;

/** One connection of one device. What the server sends while it is down is lost, as on a dying network. */
export class FakeSocket implements CallSocket {
  sent: { event: string; payload: Payload }[] = [];
  down = false;
  #listeners = new Map<string, Set<Listener>>();

  constructor(
    readonly exchange: Exchange,
    readonly user: string,
    readonly device: string,
  ) {}

  on(event: string, listener: Listener): void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  emit(event: string, payload: unknown): void {
    void this.emitWithAck(event, payload);
  }

  async emitWithAck(event: string, payload: unknown): Promise<unknown> {
    const plain = JSON.parse(JSON.stringify(payload)) as Payload;
    this.sent.push({ event, payload: plain });
    await Promise.resolve();
    return this.down ? new Promise(() => undefined) : this.exchange.handle(this, event, plain);
  }

  fire(event: string, payload?: unknown): void {
    if (this.down) return;
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(payload);
  }

  count(event: string): number {
    return this.sent.filter((message) => message.event === event).length;
  }
}

interface Call {
  id: string;
  version: number;
  state: CallState;
  caller: string;
  callee: string;
  callerDevice: string;
  calleeDevice: string | undefined;
  kind: CallType;
  outcome?: CallSnapshot['outcome'];
  durationMs?: number;
  acceptedAt?: string;
}

/** The server in memory: one call, snapshots as docs/protocol.md has them, and the relay. */
export class Exchange {
  sockets: FakeSocket[] = [];
  call: Call | undefined;
  legacy = false;
  ice: IceAnswer = { iceServers: [{ urls: 'stun:one' }] };
  /** The next request is refused with this. */
  refusal: string | undefined;
  /** Signals of these events are dropped instead of relayed, so many times. */
  lose = new Map<string, number>();
  #calls = 0;
  /** What the caller has sent while it rings: the latest offer, and what came after it. */
  #kept: { from: FakeSocket; event: string; payload: Payload }[] = [];

  connect(user: string, device: string): FakeSocket {
    const socket = new FakeSocket(this, user, device);
    this.sockets.push(socket);
    return socket;
  }

  /** What a connection is told when it comes. */
  greet(socket: FakeSocket): void {
    socket.fire('connect');
    socket.fire('call', this.call ? this.snapshot(socket) : { callId: null });
  }

  snapshot(socket: FakeSocket): CallSnapshot {
    const call = this.call;
    if (!call) throw new Error('no call');
    const incoming = socket.user === call.callee;
    return {
      callId: call.id,
      version: call.version,
      state: call.state,
      direction: incoming ? 'incoming' : 'outgoing',
      here: (incoming ? call.calleeDevice : call.callerDevice) === socket.device,
      parties: [
        { userId: call.caller, name: `Name of ${call.caller}`, role: 'caller' },
        { userId: call.callee, name: `Name of ${call.callee}`, role: 'callee' },
      ],
      callType: call.kind,
      legacy: this.legacy,
      ...(call.state === 'ringing' ? { expiresInMs: 45_000 } : {}),
      ...(call.acceptedAt ? { acceptedAt: call.acceptedAt } : {}),
      ...(call.outcome ? { outcome: call.outcome } : {}),
      ...(call.durationMs ? { durationMs: call.durationMs } : {}),
    };
  }

  to(state: CallState, outcome?: CallSnapshot['outcome'], durationMs?: number): void {
    const call = this.call;
    if (!call) return;
    call.version += 1;
    call.state = state;
    if (outcome) call.outcome = outcome;
    if (durationMs) call.durationMs = durationMs;
    for (const socket of this.sockets) if ([call.caller, call.callee].includes(socket.user)) socket.fire('call', this.snapshot(socket));
    if (state === 'ended') this.call = undefined;
  }

  handle(from: FakeSocket, event: string, payload: Payload): unknown {
    const target = payload['targetUserId'] as string;
    if (event === 'webrtc-call-request') {
      if (this.refusal) return { error: 'No.', code: this.refusal };
      if (this.call?.caller === target && this.call.state === 'ringing') return this.#accept(from, this.call);
      this.call = {
        id: `call-${++this.#calls}`, version: 0, state: 'ringing', caller: from.user, callee: target, callerDevice: from.device,
        calleeDevice: undefined, kind: payload['callType'] as CallType,
      };
      this.#kept = [];
      this.to('ringing');
      return { callId: this.call.id };
    }
    const call = this.call;
    if (call?.id !== payload['callId'] || !call) return { error: 'It is over.', code: 'call_not_found' };
    if (event === 'webrtc-call-move') {
      if (this.legacy) return { error: 'It is too old.', code: 'call_cannot_move' };
      if (from.user === call.caller) call.callerDevice = from.device;
      else call.calleeDevice = from.device;
      this.to(call.state);
      return { callId: call.id };
    }
    if (event === 'webrtc-call-response') {
      if (payload['accepted'] === true) return this.#accept(from, call);
      this.to('ended', 'declined');
    } else if (event === 'webrtc-end-call') {
      if (call.acceptedAt) this.to('ended', 'completed', 61_000);
      else this.to('ended', 'missed');
    } else if (call.state === 'ringing') {
      if (event === 'webrtc-offer') this.#kept = [];
      this.#kept.push({ from, event, payload });
    } else {
      this.#relay(from, event, payload, target);
      if (event === 'webrtc-answer' && call.state === 'connecting') this.to('connected');
    }
    return {};
  }

  #relay(from: FakeSocket, event: string, payload: Payload, target: string): void {
    const toLose = this.lose.get(event) ?? 0;
    if (toLose > 0) return void this.lose.set(event, toLose - 1);
    for (const socket of this.sockets) if (socket.user === target) socket.fire(event, { ...payload, version: this.call?.version, senderId: from.user });
  }

  #accept(from: FakeSocket, call: Call): unknown {
    call.calleeDevice = from.device;
    call.acceptedAt = new Date(0).toISOString();
    this.to('connecting');
    // What was offered to one of ours is not what an old client can take.
    for (const { from: caller, event, payload } of this.legacy ? [] : this.#kept) this.#relay(caller, event, payload, from.user);
    return { callId: call.id };
  }
}
