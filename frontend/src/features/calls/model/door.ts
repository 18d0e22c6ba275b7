import type { CallSnapshot, CallType } from '../../../shared/wire/types';
import type { CallEngine } from './engine';
import type { IceAnswer } from './ice';
import type { CallSocket } from './socket';
import { Store } from './store';

/** What comes with the first call, and not before. */
export interface CallsChunk {
  createEngine: (socket: CallSocket, fetchIceServers: () => Promise<IceAnswer>) => CallEngine;
}

export interface DoorState<C extends CallsChunk> {
  chunk: C | undefined;
  engine: CallEngine | undefined;
  /** The code of calls could not be fetched. */
  failed: boolean;
}

const EVENTS = ['call', 'recording', 'webrtc-offer', 'webrtc-answer', 'webrtc-ice-candidate', 'connect', 'disconnect'];
const BACKLOG_MAX = 300;

/**
 * Listens until there is a call, then fetches the engine and hands over what has come meanwhile. It belongs to the socket,
 * not to a component: no remount, StrictMode or hidden part of the page touches a call.
 */
export class CallsDoor<C extends CallsChunk> {
  readonly state = new Store<DoorState<C>>({ chunk: undefined, engine: undefined, failed: false });
  readonly #socket: CallSocket;
  readonly #fetchIceServers: () => Promise<IceAnswer>;
  readonly #load: () => Promise<C>;
  readonly #listeners = new Map<string, (payload: unknown) => void>();
  #backlog: { event: string; payload: unknown }[] = [];
  #loading: Promise<CallEngine | undefined> | undefined;
  #closed = false;

  constructor(socket: CallSocket, fetchIceServers: () => Promise<IceAnswer>, load: () => Promise<C>) {
    this.#socket = socket;
    this.#fetchIceServers = fetchIceServers;
    this.#load = load;
    for (const event of EVENTS) {
      const listener = (payload: unknown) => this.#receive(event, payload);
      this.#listeners.set(event, listener);
      socket.on(event, listener);
    }
  }

  async start(userId: string, name: string, kind: CallType, check = false): Promise<void> {
    const engine = await this.#engine();
    await engine?.start(userId, name, kind, check);
  }

  dismissFailure(): void {
    this.state.set({ ...this.state.get(), failed: false });
  }

  close(): void {
    this.#closed = true;
    this.#detach();
    this.state.get().engine?.dispose();
    this.state.set({ ...this.state.get(), engine: undefined });
  }

  #receive(event: string, payload: unknown): void {
    if (event === 'connect') this.#backlog = []; // the server says all of it again
    this.#backlog.push({ event, payload });
    if (this.#backlog.length > BACKLOG_MAX) this.#backlog.shift();
    if (event === 'call' && isCall(payload)) void this.#engine();
  }

  #engine(): Promise<CallEngine | undefined> {
    this.#loading ??= this.#load().then(
      (chunk) => {
        if (this.#closed) return undefined;
        this.#detach();
        const engine = chunk.createEngine(this.#socket, this.#fetchIceServers);
        this.state.set({ chunk, engine, failed: false });
        engine.replay(this.#backlog);
        this.#backlog = [];
        return engine;
      },
      () => {
        this.#loading = undefined;
        this.state.set({ ...this.state.get(), failed: true });
        return undefined;
      },
    );
    return this.#loading;
  }

  #detach(): void {
    for (const [event, listener] of this.#listeners) this.#socket.off(event, listener);
    this.#listeners.clear();
  }
}

function isCall(payload: unknown): payload is CallSnapshot {
  const call = payload as Partial<CallSnapshot> | undefined;
  return typeof call?.callId === 'string' && call.state !== 'ended';
}
