import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Socket } from 'socket.io-client';
import { AppError } from '../lib/errors';
import { Connection } from './Connection';

/** A socket of the library's shape, moved by the test. */
class FakeSocket {
  connected = false;
  connects = 0;
  answer: unknown = {};
  readonly sent: [string, unknown][] = [];
  readonly #listeners = new Map<string, ((...args: unknown[]) => void)[]>();

  on(event: string, listener: (...args: unknown[]) => void) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }
  connect() {
    this.connects += 1;
  }
  disconnect() {
    this.drop();
  }
  timeout() {
    return this;
  }
  emit(event: string, payload: unknown) {
    this.sent.push([event, payload]);
  }
  emitWithAck(event: string, payload: unknown) {
    this.sent.push([event, payload]);
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer);
  }
  fire(event: string, ...args: unknown[]) {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }
  accept() {
    this.connected = true;
    this.fire('connect');
  }
  drop() {
    this.connected = false;
    this.fire('disconnect', 'transport close');
  }
}

function setUp() {
  const socket = new FakeSocket();
  let tell: (token: string) => void = () => undefined;
  const session = {
    freshToken: vi.fn(() => Promise.resolve('fresh')),
    renew: vi.fn(() => Promise.resolve('renewed')),
    onToken: (listener: (token: string) => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const connection = new Connection({ open: () => socket as unknown as Socket, session, deviceId: 'd', random: () => 1 });
  return { socket, session, connection, tell: (token: string) => tell(token) };
}

const tick = () => vi.advanceTimersByTimeAsync(0);

describe('Connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('comes back by itself, later each time, and at once when the network is back', async () => {
    const { socket, connection } = setUp();
    connection.connect();
    await tick();
    socket.accept();
    expect(connection.phase.value).toBe('online');
    socket.drop();
    expect(connection.phase.value).toBe('offline');
    await vi.advanceTimersByTimeAsync(999);
    expect(socket.connects).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.connects).toBe(2);
    socket.fire('connect_error', new Error('xhr poll error'));
    await vi.advanceTimersByTimeAsync(1999);
    expect(socket.connects).toBe(2);
    window.dispatchEvent(new Event('online'));
    await tick();
    expect(socket.connects).toBe(3);
    connection.disconnect();
  });

  it('comes back when a restarting server said', async () => {
    const { socket, connection } = setUp();
    connection.connect();
    await tick();
    socket.accept();
    socket.fire('server-restarting', { reconnectInMs: 7000 });
    socket.drop();
    await vi.advanceTimersByTimeAsync(6999);
    expect(socket.connects).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.connects).toBe(2);
    connection.disconnect();
  });

  it('gives a new token to a live connection', async () => {
    const { socket, connection, tell } = setUp();
    connection.connect();
    await tick();
    socket.accept();
    tell('next');
    expect(socket.sent).toEqual([['reauthenticate', { token: 'next' }]]);
    connection.disconnect();
  });

  it('renews when it is refused, and waits for a sign-in where that is refused too', async () => {
    const { socket, session, connection, tell } = setUp();
    connection.connect();
    await tick();
    socket.fire('connect_error', new Error('session_expired'));
    await tick();
    expect(session.renew).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.connects).toBe(2);
    session.renew.mockRejectedValueOnce(new AppError('session_expired'));
    socket.fire('connect_error', new Error('session_expired'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.connects).toBe(2);
    tell('signed in again');
    await tick();
    expect(socket.connects).toBe(3);
    connection.disconnect();
  });

  it('makes every failure an AppError', async () => {
    const { socket, connection } = setUp();
    await expect(connection.emitWithAck('read', { conversationId: 'c', seq: 1 })).rejects.toMatchObject({ code: 'offline' });
    connection.connect();
    await tick();
    socket.accept();
    socket.answer = { error: 'Too often.', code: 'rate_limited', retryAfterMs: 500 };
    await expect(connection.emitWithAck('read', { conversationId: 'c', seq: 1 })).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 500 });
    socket.answer = new Error('operation has timed out');
    await expect(connection.emitWithAck('read', { conversationId: 'c', seq: 1 })).rejects.toMatchObject({ code: 'timeout' });
    connection.disconnect();
  });

  it('keeps listeners through reconnections', async () => {
    const { socket, connection } = setUp();
    const heard = vi.fn();
    const stop = connection.on('presence', heard);
    connection.connect();
    await tick();
    socket.fire('presence', { userId: 'a', online: true });
    stop();
    socket.fire('presence', { userId: 'a', online: false });
    expect(heard.mock.calls).toEqual([[{ userId: 'a', online: true }]]);
    connection.disconnect();
  });
});
