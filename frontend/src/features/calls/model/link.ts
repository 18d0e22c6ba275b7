import type { CallSocket } from './socket';

/** The app's connection as `shared/socket` has it: it drops what is sent while it is away. */
export interface AppConnection {
  phase: { readonly value: string; subscribe(listener: () => void): () => void };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each event has its own payload
  on(event: any, listener: (...args: any[]) => void): () => void;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  emit(event: any, payload: any): void;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  emitWithAck(event: any, payload: any): Promise<unknown>;
}

type Listener = (...args: never[]) => void;

const QUEUE_MAX = 300;

/** Calls on the app's connection: what a call says while the server is away waits, in its order, until it is back. */
export function callSocket(connection: AppConnection): CallSocket {
  const offs = new Map<string, Map<Listener, () => void>>();
  const waiting: { event: string; payload: unknown }[] = [];
  const online = () => connection.phase.value === 'online';

  const flush = () => {
    if (online()) for (const { event, payload } of waiting.splice(0)) connection.emit(event, payload);
  };
  connection.phase.subscribe(flush);

  /** Tells of coming and going as a Socket.IO socket would. */
  const onPhase = (event: string, listener: Listener): (() => void) => {
    let was = online();
    return connection.phase.subscribe(() => {
      const is = online();
      const idle = connection.phase.value === 'idle';
      if (event === 'connect' && is && !was) (listener)();
      if (event === 'disconnect' && (was || idle) && !is) (listener as (reason: string) => void)(idle ? 'io client disconnect' : 'transport close');
      was = is;
    });
  };

  return {
    on(event, listener) {
      const own = offs.get(event) ?? new Map<Listener, () => void>();
      offs.set(event, own);
      own.get(listener)?.();
      own.set(listener, event === 'connect' || event === 'disconnect' ? onPhase(event, listener) : connection.on(event, listener));
    },
    off(event, listener) {
      offs.get(event)?.get(listener)?.();
      offs.get(event)?.delete(listener);
    },
    emit(event, payload) {
      if (online() && waiting.length === 0) connection.emit(event, payload);
      else if (waiting.length < QUEUE_MAX) waiting.push({ event, payload });
    },
    emitWithAck: (event, payload) => connection.emitWithAck(event, payload),
  };
}
