import { expect, it, vi } from 'vitest';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';
import { type CallsChunk, CallsDoor } from './door';
import { CallEngine } from './engine';

function set() {
  const exchange = new Exchange();
  const clock = new FakeClock();
  const ann = new FakePage(exchange, clock, 'ann');
  const ben = new FakePage(exchange, clock, 'ben');
  ben.engine.dispose();
  const chunk: CallsChunk = { createEngine: () => new CallEngine(ben.deps) };
  let loaded: () => void = () => undefined;
  const load = vi.fn(() => new Promise<CallsChunk>((resolve) => (loaded = () => resolve(chunk))));
  const door = new CallsDoor(ben.socket, () => Promise.resolve({ iceServers: [] }), load);
  return { exchange, ann, ben, door, load, arrive: () => loaded() };
}

it('fetches nothing until there is a call', async () => {
  const { exchange, ben, load, ann } = set();
  exchange.greet(ben.socket);
  expect(load).not.toHaveBeenCalled();
  await ann.engine.start('ben', 'Ben', 'audio');
  await settle();
  expect(load).toHaveBeenCalledOnce();
});

it('hands over what came while the engine was fetched', async () => {
  const { ann, door, arrive, exchange } = set();
  await ann.engine.start('ben', 'Ben', 'audio');
  await settle();
  arrive();
  await settle();
  expect(door.state.get().engine?.view.get()?.stage).toBe('incoming');
  ann.engine.hangUp();
  await settle();
  expect(door.state.get().engine?.view.get()?.end?.reason).toBe('missed');
  expect(exchange.call).toBeUndefined();
});

it('says when it can’t be fetched, and tries again with the next call', async () => {
  const { door, load } = set();
  load.mockRejectedValueOnce(new Error('offline'));
  await door.start('ann', 'Ann', 'audio');
  expect(door.state.get().failed).toBe(true);
  void door.start('ann', 'Ann', 'audio');
  expect(load).toHaveBeenCalledTimes(2);
});
