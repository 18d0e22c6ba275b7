import { beforeEach, expect, it, test, vi } from 'vitest';
import { FakeClock, settle } from '../testing/fakes';
import { hasRelay, type IceAnswer, IceServers } from './ice';

let clock: FakeClock;
let servers: IceServers;
const fetch = vi.fn<() => Promise<IceAnswer>>();
const answer = (urls: string, lastsMs?: number): IceAnswer => ({
  iceServers: [{ urls }],
  ...(lastsMs === undefined ? {} : { expiresAt: new Date(clock.now() + lastsMs).toISOString() }),
});

beforeEach(() => {
  clock = new FakeClock();
  fetch.mockReset();
  servers = new IceServers(fetch, clock);
});

it('asks once for as long as the credentials hold, and a minute before their end again', async () => {
  fetch.mockResolvedValueOnce(answer('turn:one', 10 * 60_000)).mockResolvedValueOnce(answer('turn:two'));
  expect(await Promise.all([servers.get(), servers.get()])).toEqual([[{ urls: 'turn:one' }], [{ urls: 'turn:one' }]]);
  await clock.advance(9 * 60_000 - 1_000);
  expect(await servers.get()).toEqual([{ urls: 'turn:one' }]);
  expect(fetch).toHaveBeenCalledOnce();
  await clock.advance(1_000);
  expect(await servers.get()).toEqual([{ urls: 'turn:two' }]);
});

it('takes what the answer to a call brings, and does not ask', async () => {
  servers.learn(answer('turn:three', 10 * 60_000));
  servers.learn({});
  expect(await servers.get()).toEqual([{ urls: 'turn:three' }]);
  expect(fetch).not.toHaveBeenCalled();
});

it('believes no clock that is far off', async () => {
  fetch.mockResolvedValue(answer('turn:one', -86_400_000));
  await servers.get();
  expect(servers.renewInMs).toBe(60_000);
  servers = new IceServers(fetch, clock);
  fetch.mockResolvedValue(answer('turn:one', 86_400_000));
  await servers.get();
  expect(servers.renewInMs).toBe(14 * 60_000);
});

it('keeps no call waiting: after three seconds it goes with what is known', async () => {
  fetch.mockResolvedValueOnce(answer('turn:one', 120_000));
  await servers.get();
  await clock.advance(120_000);
  fetch.mockReturnValue(new Promise(() => undefined));
  let got: RTCIceServer[] | undefined;
  void servers.get().then((value) => (got = value));
  await clock.advance(2_900);
  expect(got).toBeUndefined();
  await clock.advance(200);
  expect(got).toEqual([{ urls: 'turn:one' }]);
});

it('asks again after a failure', async () => {
  fetch.mockRejectedValueOnce(new Error('offline')).mockResolvedValueOnce(answer('stun:one'));
  expect(await servers.get()).toEqual([]);
  await settle();
  expect(await servers.get()).toEqual([{ urls: 'stun:one' }]);
});

test.each<[RTCIceServer[], boolean]>([
  [[], false],
  [[{ urls: ['stun:a', 'stuns:b'] }], false],
  [[{ urls: 'stun:a' }, { urls: ['stun:b', 'turn:b?transport=tcp'] }], true],
  [[{ urls: 'turns:a' }], true],
])('%o has a relay: %s', (list, has) => {
  expect(hasRelay(list)).toBe(has);
});
