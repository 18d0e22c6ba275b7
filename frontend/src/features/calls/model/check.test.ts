import { beforeEach, expect, it, test } from 'vitest';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';

let exchange: Exchange;
let clock: FakeClock;
let ann: FakePage;
let ben: FakePage;

beforeEach(() => {
  exchange = new Exchange();
  clock = new FakeClock();
  ann = new FakePage(exchange, clock, 'ann');
  ben = new FakePage(exchange, clock, 'ben');
});

it('opens the devices and places nothing until the person says so', async () => {
  await ann.engine.start('ben', 'Ben', 'video', true);
  expect(ann.view).toMatchObject({ stage: 'preparing', checking: true, camera: 'on', microphone: 'on' });
  expect(ann.socket.count('webrtc-call-request')).toBe(0);
  await ann.engine.proceed();
  expect(ann.view).toMatchObject({ stage: 'ringing', checking: false });
  expect(ben.stage).toBe('incoming');
  expect(ann.devices.asked).toHaveLength(1);
});

it('is left without a word to anybody', async () => {
  await ann.engine.start('ben', 'Ben', 'video', true);
  ann.engine.leaveCheck();
  expect(ann.view).toBeNull();
  expect(ann.devices.running).toEqual([]);
  expect(ben.view).toBeNull();
});

it('comes before each call of who wishes it, and before a video call is accepted', async () => {
  ben.settings.checkFirst = true;
  await ann.engine.start('ben', 'Ben', 'video');
  await ben.engine.accept(true);
  expect(ben.view).toMatchObject({ stage: 'incoming', checking: true, silenced: true, camera: 'on' });
  expect(ann.stage).toBe('ringing');
  await ben.engine.proceed();
  await settle();
  expect([ann.stage, ben.stage]).toEqual(['live', 'live']);
  expect(ben.devices.asked).toHaveLength(1);
});

it('goes back to the ring, with nothing open, and is over with it', async () => {
  await ann.engine.start('ben', 'Ben', 'video');
  await ben.engine.check();
  ben.engine.leaveCheck();
  expect(ben.view).toMatchObject({ stage: 'incoming', checking: false });
  expect(ben.devices.running).toEqual([]);
  await ben.engine.check();
  ann.engine.hangUp();
  await settle();
  expect(ben.view).toMatchObject({ stage: 'ended', end: { reason: 'missed' } });
  expect(ben.devices.running).toEqual([]);
});

it('keeps what was set: the camera off, the microphone muted', async () => {
  await ann.engine.start('ben', 'Ben', 'video', true);
  await ann.engine.current?.toggleCamera();
  await ann.engine.current?.toggleMicrophone();
  await ann.engine.proceed();
  await ben.engine.accept(true);
  await settle();
  expect(ann.view).toMatchObject({ stage: 'live', kind: 'video', camera: 'off', microphone: 'muted' });
  expect(ann.devices.running).toEqual(['audio']);
});

it('makes way for the ring of the very person', async () => {
  await ann.engine.start('ben', 'Ben', 'video', true);
  await ben.engine.start('ann', 'Ann', 'audio');
  expect(ann.view).toMatchObject({ stage: 'incoming', checking: false });
  expect(ann.devices.running).toEqual([]);
});

it('tries a device again without placing the call', async () => {
  ann.devices.errors.audio = 'NotReadableError';
  await ann.engine.start('ben', 'Ben', 'audio', true);
  expect(ann.view?.problem).toEqual({ kind: 'busy', device: 'microphone' });
  ann.devices.errors = {};
  await ann.engine.retry();
  expect(ann.view).toMatchObject({ problem: undefined, microphone: 'on', stage: 'preparing' });
});

test.each(['denied', 'missing'])('a microphone that is %s does not keep who has ears and a camera from the call', async (why) => {
  ann.devices.errors.audio = why === 'denied' ? 'NotAllowedError' : 'NotFoundError';
  await ann.engine.start('ben', 'Ben', 'video');
  expect(ann.view).toMatchObject({ stage: 'preparing', problem: { kind: why } });
  await ann.engine.proceed();
  await ben.engine.accept(true);
  await settle();
  expect(ann.view).toMatchObject({ stage: 'live', microphone: 'none', camera: 'on', note: { kind: why, device: 'microphone' } });
  expect(ann.connection.sender('video')?.track).toBe(ann.devices.given.at(-1));
  // Later it works: the button opens it.
  ann.devices.errors = {};
  await ann.engine.current?.toggleMicrophone();
  expect(ann.view).toMatchObject({ microphone: 'on', note: undefined });
  expect(ann.connection.sender('audio')?.track).toMatchObject({ kind: 'audio', readyState: 'live' });
});

it('is accepted without a microphone too', async () => {
  ben.devices.errors.audio = 'NotAllowedError';
  await ann.engine.start('ben', 'Ben', 'audio');
  await ben.engine.accept(true);
  expect(ben.view).toMatchObject({ stage: 'answering', problem: { kind: 'denied' } });
  await ben.engine.proceed();
  await settle();
  expect([ann.stage, ben.stage]).toEqual(['live', 'live']);
});
