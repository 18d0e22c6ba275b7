import { beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/lib/errors';
import { settle } from '../../../shared/testing/media';
import type { Consultation, DeviceTest, RoomApi } from '../api';
import { aRoom, consultationOf, memberOf } from '../testing/room';
import { testOf } from './deviceTest';
import { isNewer, Place } from './Place';

let room: ReturnType<typeof aRoom>;
let place: Place;
let said: Consultation;
/** What is answered before how it stands. */
let answers: Promise<Consultation>[];
let arrived: (DeviceTest | undefined)[];
let push: (consultation: Consultation) => void;
const left = vi.fn();
const told = vi.fn();

function placeOf(guest: boolean): Place {
  const answer = () => answers.shift() ?? Promise.resolve(said);
  const api = {
    get: answer, quality: (...said: unknown[]) => (told(...said), Promise.resolve({})), leave: () => (left(), answer()), admit: () => Promise.reject(new AppError('livekit_unreachable')),
    record: answer,
    arrive: (test?: DeviceTest) => (arrived.push(test), answer()),
  } as unknown as RoomApi;
  const listen = guest ? undefined : (take: typeof push) => ((push = take), () => undefined);
  return new Place({ api, clock: room.clock, listen, newId: () => 'id', measure: () => Promise.resolve({ connection: 'good', rttMs: 12 }) }, room.engine);
}

beforeEach(() => {
  room = aRoom();
  arrived = [];
  answers = [];
  left.mockClear();
  told.mockClear();
  said = consultationOf(1);
  place = placeOf(false);
});

it('waits, says how its devices are, and is in the room as soon as it is let in', async () => {
  place.start();
  await room.clock.advance(4_000);
  expect(room.engine.view.value.stage).toBe('lobby');
  expect(arrived).toEqual([undefined, { connection: 'good', rttMs: 12, microphone: 'ok', camera: 'ok' }]);
  push(consultationOf(2, { you: memberOf({ state: 'admitted' }) }));
  await settle();
  expect(room.engine.view.value.stage).toBe('live');
});

it('looks again where it could not be looked at how it stands', async () => {
  const you = memberOf({ state: 'admitted' });
  said = consultationOf(1, { you });
  place.start();
  await room.clock.advance(100);
  said = consultationOf(2, { you });
  answers = [Promise.resolve(said), Promise.reject(new AppError('offline'))];
  await place.recording.request();
  await room.clock.advance(100);
  expect(place.state.value.consultation?.version).toBe(1);
  await room.clock.advance(3_000);
  expect(place.state.value.consultation?.version).toBe(2);
});

it('asks now and then in a guest’s name, and is out when the consultation is', async () => {
  place = placeOf(true);
  place.start();
  await room.clock.advance(100);
  said = consultationOf(2, { you: memberOf({ state: 'admitted' }) });
  await room.clock.advance(2_100);
  expect(room.engine.view.value.stage).toBe('live');
  said = consultationOf(3, { state: 'ended', you: memberOf({ state: 'admitted' }) });
  await room.clock.advance(10_100);
  expect(room.engine.view.value).toMatchObject({ stage: 'ended', end: 'ended' });
});

it('does not open a camera in the room for who comes back admitted', async () => {
  said = consultationOf(1, { you: memberOf({ state: 'admitted' }) });
  place.start();
  await room.clock.advance(4_000);
  expect(room.engine.view.value.stage).toBe('lobby');
});

it('drops what is older, and tells what could not be done', async () => {
  expect(isNewer(consultationOf(3), consultationOf(2))).toBe(false);
  expect(isNewer(consultationOf(3), consultationOf(3))).toBe(true);
  expect(isNewer(consultationOf(3), consultationOf(1, { consultationId: 'c2', openedAt: '2026-01-06T09:00:00.000Z' }))).toBe(true);
  place.start();
  await settle();
  expect(await place.act((api) => api.admit())).toBe(false);
  expect(place.state.value.refused).toBe('livekit_unreachable');
});

it('leaves with its page, and says so to the server', async () => {
  place.start();
  await settle();
  place.close();
  expect(left).toHaveBeenCalledOnce();
  expect(room.devices.running).toEqual([]);
});

it('knows a device that is refused from one that is silent', () => {
  const view: Parameters<typeof testOf>[0] = { microphone: 'on', camera: 'on', problem: undefined, note: undefined, asking: [] };
  const good = { connection: 'good' } as const;
  expect(testOf({ ...view, asking: ['camera'] }, true, 99_000, good)).toBeUndefined();
  expect(testOf(view, false, 1_000, good)).toBeUndefined();
  expect(testOf(view, false, 9_000, good)).toMatchObject({ microphone: 'silent', camera: 'ok' });
  expect(testOf({ ...view, microphone: 'none', camera: 'off', problem: { kind: 'denied', device: 'microphone' } }, false, 0, good)).toMatchObject({ microphone: 'blocked', camera: 'blocked' });
  expect(testOf({ ...view, camera: 'off', note: { kind: 'missing', device: 'camera' } }, true, 0, good)).toMatchObject({ microphone: 'ok', camera: 'none' });
});

it('tells once we are out how good our connection was', async () => {
  said = consultationOf(1, { you: memberOf({ state: 'admitted' }) });
  place = placeOf(false);
  place.start();
  await settle();
  await room.engine.enter();
  await room.clock.advance(40_000);
  await place.leave();
  expect(told.mock.calls).toEqual([['c1', { good: 40, fair: 0, weak: 0 }]]);
});

it('goes in by no more than having come, whichever is heard first', async () => {
  said = consultationOf(2, { you: memberOf({ state: 'admitted' }) });
  place.start();
  push(consultationOf(1, { you: memberOf({ state: 'invited' }) }));
  await room.clock.advance(4_000);
  expect(room.engine.view.value.stage).toBe('lobby');
});
