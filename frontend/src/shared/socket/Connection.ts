import type { Socket } from 'socket.io-client';
import { backoffMs } from '../lib/backoff';
import { AppError, codeOf, isErrorBody } from '../lib/errors';
import type { ErrorBody } from '../wire/errors';
import { Observable, type Readable } from '../lib/observable';
import type { ClientEvents, ServerEvents } from './events';

export type ConnectionPhase = 'idle' | 'connecting' | 'online' | 'offline';

/** The part of the session that a connection lives by. */
export interface TokenSource {
  /** A token that still lasts a while, renewed if need be; throws what `renew` throws. */
  freshToken(): Promise<string>;
  /** A new token, whatever the old one says. */
  renew(): Promise<string>;
  /** Called at each new token. */
  onToken(listener: (token: string) => void): () => void;
}

export interface ConnectionDeps {
  /** Makes the socket, not yet connected; `auth` is asked for the handshake at each attempt. */
  open: (auth: (answer: (handshake: object) => void) => void) => Socket;
  session: TokenSource;
  deviceId: string;
  random?: () => number;
}

type Listener = (...args: never[]) => void;

const ACK_MS = 10_000;
const EVENTS = [
  'entry', 'receipt', 'user-typing', 'presence', 'call', 'webrtc-offer', 'webrtc-answer', 'webrtc-ice-candidate',
  'webrtc-end-call', 'webrtc-call-error', 'recording', 'consultation', 'message-error', 'session-expired', 'server-restarting', 'connect', 'disconnect',
] as const satisfies readonly (keyof ServerEvents)[];

/**
 * The one connection that chat and calls share. It reconnects by itself, always with a token that lasts, and it outlives
 * every socket: listeners stay when the socket is replaced by the next.
 */
export class Connection {
  readonly #phase = new Observable<ConnectionPhase>('idle');
  readonly #deps: ConnectionDeps;
  readonly #listeners = new Map<string, Set<Listener>>();
  #socket: Socket | null = null;
  #token = '';
  #attempt = 0;
  #restartInMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  get phase(): Readable<ConnectionPhase> {
    return this.#phase;
  }

  connect(): void {
    if (this.#stop) return;
    const wake = () => this.#wake();
    const seen = () => {
      if (document.visibilityState === 'visible') this.#wake();
    };
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', seen);
    const offToken = this.#deps.session.onToken((token) => this.#reauthenticate(token));
    this.#stop = () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', seen);
      offToken();
    };
    this.#phase.set('connecting');
    void this.#try();
  }

  disconnect(): void {
    this.#stop?.();
    this.#stop = null;
    clearTimeout(this.#timer);
    this.#socket?.disconnect();
    this.#socket = null;
    this.#phase.set('idle');
  }

  on<E extends keyof ServerEvents>(event: E, listener: ServerEvents[E]): () => void {
    const set = this.#listeners.get(event) ?? new Set<Listener>();
    this.#listeners.set(event, set.add(listener));
    return () => set.delete(listener);
  }

  off<E extends keyof ServerEvents>(event: E, listener: ServerEvents[E]): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Sends now, or as soon as there is a connection again. */
  emit<E extends keyof ClientEvents>(event: E, payload: ClientEvents[E][0]): void {
    this.#socket?.emit(event, payload);
  }

  /** Sends now or never: for what is worth nothing later. */
  emitNow<E extends keyof ClientEvents>(event: E, payload: ClientEvents[E][0]): void {
    if (this.#phase.value === 'online') this.#socket?.emit(event, payload);
  }

  /** Sends and waits for the answer; rejects with an `AppError`, at once where there is no connection. */
  async emitWithAck<E extends keyof ClientEvents>(
    event: E,
    payload: ClientEvents[E][0],
    timeoutMs = ACK_MS,
  ): Promise<ClientEvents[E][1]> {
    const socket = this.#socket;
    if (!socket?.connected) throw new AppError('offline');
    let answer: ClientEvents[E][1] | ErrorBody;
    try {
      answer = (await socket.timeout(timeoutMs).emitWithAck(event, payload)) as ClientEvents[E][1] | ErrorBody;
    } catch (cause) {
      throw new AppError(this.#phase.value === 'online' ? 'timeout' : 'offline', { cause });
    }
    if (isErrorBody(answer)) throw new AppError(answer.code, { retryAfterMs: answer.retryAfterMs });
    return answer;
  }

  async #try(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.#token = await this.#deps.session.freshToken();
    } catch (error) {
      // An ended session is the session's to tell; it connects us again after the next sign-in.
      if (codeOf(error) === 'session_expired') this.#phase.set('offline');
      else this.#later();
      return;
    }
    if (!this.#stop) return;
    this.#socket ??= this.#open();
    this.#socket.connect();
  }

  #open(): Socket {
    const socket = this.#deps.open((answer) => answer({ token: this.#token, deviceId: this.#deps.deviceId }));
    socket.on('connect', () => {
      this.#attempt = 0;
      this.#phase.set('online');
    });
    socket.on('disconnect', () => this.#later());
    socket.on('connect_error', (error) => {
      const rejected = error.message === 'session_expired' || error.message === 'unauthenticated';
      if (rejected) void this.#renewThenTry();
      else this.#later();
    });
    for (const event of EVENTS) {
      socket.on(event, (payload: unknown) => {
        for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(payload as never);
      });
    }
    socket.on('server-restarting', ({ reconnectInMs }: { reconnectInMs: number }) => {
      this.#restartInMs = reconnectInMs;
    });
    socket.on('session-expired', () => void this.#renewThenTry());
    return socket;
  }

  async #renewThenTry(): Promise<void> {
    try {
      await this.#deps.session.renew();
    } catch (error) {
      if (codeOf(error) === 'session_expired') this.#phase.set('offline');
      else this.#later();
      return;
    }
    // Not at once: a server that refuses fresh tokens must not be asked in a tight loop.
    this.#later();
  }

  #later(): void {
    if (!this.#stop) return;
    this.#phase.set('offline');
    clearTimeout(this.#timer);
    const wait = this.#restartInMs ?? backoffMs(this.#attempt, this.#deps.random);
    this.#restartInMs = null;
    this.#attempt += 1;
    this.#timer = setTimeout(() => void this.#try(), wait);
  }

  /** The network is back or the window is looked at again: no need to wait for the timer. */
  #wake(): void {
    if (!this.#stop || this.#phase.value !== 'offline') return;
    this.#attempt = 0;
    void this.#try();
  }

  #reauthenticate(token: string): void {
    this.#token = token;
    if (this.#socket?.connected) void this.emitWithAck('reauthenticate', { token }).catch(() => undefined);
    else this.#wake();
  }
}
