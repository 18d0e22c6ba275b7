import { AppError } from '../lib/errors';
import { Observable } from '../lib/observable';
import type { ClientEvents, ConnectionPhase, ServerEvents } from '../socket';

type Listener = (...args: never[]) => void;
interface Asked {
  event: keyof ClientEvents;
  payload: unknown;
  resolve: (answer: unknown) => void;
  reject: (error: AppError) => void;
}

/** The connection with its other end in the test's hands. */
export class FakeConnection {
  readonly phase = new Observable<ConnectionPhase>('offline');
  readonly asked: Asked[] = [];
  readonly said: { event: string; payload: unknown }[] = [];
  readonly #listeners = new Map<string, Set<Listener>>();

  on<E extends keyof ServerEvents>(event: E, listener: ServerEvents[E]): () => void {
    const set = this.#listeners.get(event) ?? new Set<Listener>();
    this.#listeners.set(event, set.add(listener));
    return () => set.delete(listener);
  }

  emitNow<E extends keyof ClientEvents>(event: E, payload: ClientEvents[E][0]): void {
    this.said.push({ event, payload });
  }

  emitWithAck<E extends keyof ClientEvents>(event: E, payload: ClientEvents[E][0]): Promise<ClientEvents[E][1]> {
    if (this.phase.value !== 'online') return Promise.reject(new AppError('offline'));
    return new Promise((resolve, reject) => {
      this.asked.push({ event, payload, resolve: resolve, reject });
    });
  }

  /** The server says something. */
  push<E extends keyof ServerEvents>(event: E, ...args: Parameters<ServerEvents[E]>): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...(args as never[]));
  }

  /** The oldest open question of that name, answered. */
  async answer<E extends keyof ClientEvents>(event: E, answer: ClientEvents[E][1]): Promise<ClientEvents[E][0]> {
    const at = this.asked.findIndex((each) => each.event === event);
    const [question] = this.asked.splice(at, 1);
    if (at < 0 || !question) throw new Error(`nobody asked ${event}`);
    question.resolve(answer);
    await new Promise((done) => {
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => done(null))));
    });
    return question.payload as ClientEvents[E][0];
  }

  names(): string[] {
    return this.asked.map(({ event }) => event);
  }
}
