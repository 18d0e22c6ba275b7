import { describe, expect, it, test } from 'vitest';
import { AppError } from '../../../shared/lib/errors';
import { settle } from '../../../shared/testing/media';
import type { ErrorCode } from '../../../shared/wire/errors';
import { aRoom, personOf } from '../testing/room';
import { saidText } from './said';
import type { EndReason } from './view';

async function inside() {
  const room = aRoom();
  await room.engine.openDevices();
  await room.engine.enter();
  await settle();
  return room;
}

describe('a place in a room', () => {
  it('sends nothing before it is entered, then what is on', async () => {
    const { engine, world, devices } = aRoom();
    await engine.openDevices();
    expect(engine.view.value).toMatchObject({ stage: 'lobby', microphone: 'on', camera: 'on' });
    expect(world.rooms).toHaveLength(0);
    await engine.toggleMicrophone();
    await engine.enter();
    await settle();
    expect(engine.view.value.stage).toBe('live');
    expect(world.room.sent).toEqual([['audio', 'audio', true], ['video', 'video', false]]);
    engine.leave();
    expect(engine.view.value).toMatchObject({ stage: 'ended', end: 'left' });
    expect(devices.running).toEqual([]);
  });

  test.each<[ErrorCode, EndReason]>([
    ['livekit_not_configured', 'not-configured'], ['livekit_unreachable', 'unreachable'], ['room_full', 'full'], ['not_admitted', 'not-admitted'], ['consultation_ended', 'ended'], ['offline', 'unreachable'],
  ])('says why there is no token: %s', async (code, reason) => {
    const { engine, world } = aRoom();
    world.refused = new AppError(code);
    await engine.enter();
    expect(engine.view.value).toMatchObject({ stage: 'ended', end: reason });
    world.refused = undefined;
    await engine.enter();
    expect(engine.view.value.stage).toBe('live');
  });

  it('asks why it was not let in, which is said where the room turns out to be full', async () => {
    const { engine, world, clock } = aRoom();
    world.fails = 'unreachable';
    await engine.enter();
    expect(engine.view.value.end).toBe('unreachable');
    world.why = new AppError('room_full');
    await engine.enter();
    expect(engine.view.value.end).toBe('full');
    world.fails = undefined;
    await engine.enter();
    expect(engine.view.value.stage).toBe('live');
    world.fails = 'unreachable';
    world.room.listener.onEnded(undefined);
    await clock.advance(10_000);
    expect(engine.view.value.end).toBe('full');
  });

  it('has nothing open any more once it is an observer, and nothing by itself when it is none again', async () => {
    const { engine, world, devices } = await inside();
    engine.setRole('observer');
    await settle();
    expect(devices.running).toEqual([]);
    expect(world.room.sent.slice(-2)).toEqual([['audio', undefined, true], ['video', undefined, true]]);
    engine.setRole('member');
    await settle();
    expect([devices.running, engine.view.value.stage]).toEqual([[], 'live']);
    await engine.toggleMicrophone();
    await settle();
    expect(world.room.sent.at(-1)).toEqual(['audio', 'audio', false]);
  });

  test.each<EndReason>(['removed', 'ended', 'elsewhere'])('stays out where the server says %s', async (reason) => {
    const { engine, world, clock } = await inside();
    world.room.listener.onEnded(reason);
    expect(engine.view.value).toMatchObject({ stage: 'ended', end: reason, people: [] });
    await clock.advance(300_000);
    expect(world.rooms).toHaveLength(1);
  });

  it('comes back by itself when the server was away, with a new token and what was sent', async () => {
    const { engine, world, clock } = await inside();
    world.fails = 'unreachable';
    world.room.listener.onEnded(undefined);
    expect(engine.view.value.stage).toBe('reconnecting');
    await clock.advance(10_000);
    expect(engine.view.value.stage).toBe('reconnecting');
    world.fails = undefined;
    await clock.advance(10_000);
    expect(engine.view.value.stage).toBe('live');
    expect(world.tokens).toBe(world.rooms.length);
    expect(world.room.sent).toEqual([['audio', 'audio', false], ['video', 'video', false]]);
  });

  it('connects anew where the library tries and tries', async () => {
    const { engine, world, clock } = await inside();
    const first = world.room;
    first.listener.onReconnecting();
    await clock.advance(10_000);
    first.listener.onReconnecting();
    expect(first.left).toBe(false);
    await clock.advance(11_000);
    expect(engine.view.value.stage).toBe('live');
    expect(first.left).toBe(true);
    expect(world.rooms).toHaveLength(2);
    world.room.listener.onReconnecting();
    world.room.listener.onReconnected();
    await clock.advance(60_000);
    expect(world.rooms).toHaveLength(2);
  });

  it('gives up after two minutes, and hears nothing of what it has left', async () => {
    const { engine, world, clock } = await inside();
    const first = world.room;
    world.fails = 'unreachable';
    first.listener.onEnded(undefined);
    await clock.advance(130_000);
    expect(engine.view.value).toMatchObject({ stage: 'ended', end: 'lost' });
    const tries = world.rooms.length;
    first.listener.onEnded(undefined);
    first.listener.onReconnected();
    await clock.advance(60_000);
    expect(engine.view.value.stage).toBe('ended');
    expect(world.rooms).toHaveLength(tries);
  });

  it('is muted by a host, says so, and can be heard again by its own wish', async () => {
    const { engine, world } = await inside();
    world.room.listener.onMuted('audio');
    expect(engine.view.value).toMatchObject({ microphone: 'muted', mutedByHost: true });
    await engine.toggleMicrophone();
    expect(engine.view.value).toMatchObject({ microphone: 'on', mutedByHost: false });
    expect(world.room.sent.at(-1)).toEqual(['audio', 'audio', false]);
  });

  it('shares a screen until the browser’s own bar ends it', async () => {
    const { engine, world, screens } = await inside();
    await engine.toggleScreen();
    expect(engine.view.value.sharing).toBe('on');
    expect(world.room.shared).toHaveLength(2);
    screens.given[0]?.onended?.();
    await settle();
    expect(engine.view.value.sharing).toBe('off');
    expect(world.room.shared).toEqual([]);
    screens.error = new DOMException('no', 'NotAllowedError');
    await engine.toggleScreen();
    expect(engine.view.value.sharing).toBe('off');
  });

  it('enters without a microphone, where the person wants to', async () => {
    const { engine, devices, world } = aRoom();
    devices.errors = { audio: 'NotAllowedError' };
    await engine.openDevices();
    expect(engine.view.value.problem).toMatchObject({ kind: 'denied', device: 'microphone' });
    await engine.enter();
    expect(engine.view.value).toMatchObject({ stage: 'live', microphone: 'none' });
    expect(world.room.sent.every(([, track]) => track === undefined)).toBe(true);
  });
});

describe('what is said in a room', () => {
  it('shows hands, and tells who comes later', async () => {
    const { engine, world } = await inside();
    world.room.others = [personOf('b')];
    world.room.listener.onSaid('b', 'B', saidText({ kind: 'hand', up: true }));
    expect(engine.view.value.people[1]?.hand).toBeDefined();
    engine.exchange.raise(true);
    world.room.listener.onJoined('c');
    expect(world.room.said.at(-1)).toEqual({ text: saidText({ kind: 'hand', up: true }), to: ['c'] });
    world.room.listener.onGone('b');
    world.room.listener.onChange();
    expect(engine.view.value.people[1]?.hand).toBeUndefined();
  });

  it('takes words once, by the name that the room knows, and drops what is none', async () => {
    const { engine, world } = await inside();
    const word = saidText({ kind: 'whisper', id: '1', text: ' Hello ' });
    for (const text of [word, word, '{"kind":"whisper"}', '{"kind":"word","id":"2","text":"To all"}', 'null', '[]', '{"kind":"reaction","emoji":"<b>"}', 'x'.repeat(9_000)]) world.room.listener.onSaid('b', 'Bea', text);
    expect(engine.view.value.words).toEqual([expect.objectContaining({ name: 'Bea', text: 'Hello', mine: false })]);
    expect(engine.view.value).toMatchObject({ unseen: 1, reactions: [] });
    engine.exchange.look(true);
    expect(engine.view.value.unseen).toBe(0);
  });

  it('whispers to one alone', async () => {
    const { engine, world } = await inside();
    engine.exchange.whisper('Only you', 'Dr. Okafor', { identity: 'b', name: 'Bea' });
    expect(world.room.said.at(-1)?.to).toEqual(['b']);
    expect(engine.view.value.words.at(-1)).toMatchObject({ whisper: 'Bea', mine: true });
  });

  it('shows a reaction for a moment', async () => {
    const { engine, world, clock } = await inside();
    world.room.listener.onSaid('b', 'Bea', saidText({ kind: 'reaction', emoji: '👏' }));
    expect(engine.view.value.reactions).toMatchObject([{ name: 'Bea', emoji: '👏' }]);
    await clock.advance(4_000);
    expect(engine.view.value.reactions).toEqual([]);
  });
});
