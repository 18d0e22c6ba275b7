import { expect, it, vi } from 'vitest';
import { callSocket } from './link';
import { Store } from './store';

function set() {
  const phase = new Store('online');
  const sent: string[] = [];
  const off = vi.fn();
  const connection = {
    phase: {
      get value() {
        return phase.get();
      },
      subscribe: phase.subscribe,
    },
    on: vi.fn(() => off),
    emit: (event: string) => void sent.push(event),
    emitWithAck: vi.fn(() => Promise.resolve({ callId: 'one' })),
  };
  return { phase, sent, off, connection, socket: callSocket(connection) };
}

it('keeps what is said while the server is away, in its order', () => {
  const { phase, sent, socket } = set();
  socket.emit('first', {});
  phase.set('offline');
  socket.emit('second', {});
  socket.emit('third', {});
  expect(sent).toEqual(['first']);
  phase.set('online');
  expect(sent).toEqual(['first', 'second', 'third']);
});

it('tells of coming and going, and of leaving for good', () => {
  const { phase, socket } = set();
  const [connect, disconnect] = [vi.fn(), vi.fn()];
  socket.on('connect', connect);
  socket.on('disconnect', disconnect);
  phase.set('offline');
  phase.set('connecting');
  phase.set('online');
  phase.set('idle');
  expect(connect).toHaveBeenCalledOnce();
  expect(disconnect.mock.calls).toEqual([['transport close'], ['io client disconnect']]);
  socket.off('disconnect', disconnect);
  phase.set('online');
  phase.set('offline');
  expect(disconnect).toHaveBeenCalledTimes(2);
});

it('hears and stops hearing events', () => {
  const { off, connection, socket } = set();
  const listener = () => undefined;
  socket.on('call', listener);
  expect(connection.on).toHaveBeenCalledWith('call', listener);
  socket.off('call', listener);
  expect(off).toHaveBeenCalledOnce();
});
