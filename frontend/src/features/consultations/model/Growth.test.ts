import { describe, expect, it } from 'vitest';
import { LocalMedia } from '../../../shared/media/media';
import { FakeTrack, settle } from '../../../shared/testing/media';
import type { Consultation, RoomApi } from '../api';
import { aRoom, consultationOf, memberOf, personOf } from '../testing/room';
import { Growth, GROWTH_MS } from './Growth';
import { Place } from './Place';
import { saidText } from './said';

/** A call with both devices on, and what it has been told. */
function aCall(mine: boolean) {
  const { world, clock, devices, engine } = aRoom();
  const media = new LocalMedia(devices.source(), () => undefined, () => undefined);
  const asked: string[] = [];
  const answer = (what: string) => (): Promise<Consultation> => {
    asked.push(what);
    return Promise.resolve(consultationOf(2, { you: memberOf({ state: 'admitted' }) }));
  };
  const api = { end: answer('end'), leave: answer('leave'), arrive: answer('arrive'), get: answer('get') } as unknown as RoomApi;
  const place = new Place({ api, clock, listen: () => () => undefined, newId: () => 'id' }, engine);
  const told: string[] = [];
  let screen: MediaStreamTrack[] = [];
  const share = (track: MediaStreamTrack | undefined) => (screen = track ? [track] : []);
  const call = {
    callId: 'call', otherId: 'them', media,
    comes: () => ({ voice: true, picture: true }),
    screen: () => screen,
    goOn: () => {
      told.push('over');
      media.close();
    },
  };
  const start = async () => {
    await media.open(true);
    const growth = new Growth({ call, place, mine, clock, onDone: () => told.push('done'), onFailed: () => told.push('failed'), onHeard: () => told.push('quiet') });
    await settle();
    return growth;
  };
  const come = async (part: Parameters<typeof personOf>[1] = {}) => {
    world.room.others = [personOf('them', part)];
    world.room.listener.onChange();
    await clock.advance(300);
  };
  return { world, clock, devices, engine, media, told, asked, start, come, share };
}

const here = saidText({ kind: 'here' });

describe('a call that goes on in a room', () => {
  it('is over once each sees and hears the other there, and its devices are the room\'s', async () => {
    const { world, engine, devices, media, told, start, come } = aCall(true);
    await start();
    expect(world.room.sent).toEqual([['audio', 'audio', false], ['video', 'video', false]]);
    expect(world.room.quiet).toBe(true);
    await come({ arrives: { voice: false, picture: false } });
    expect(told).toEqual([]);
    await come({ arrives: { voice: true, picture: true } });
    expect(told).toEqual(['quiet']);
    expect(world.room.quiet).toBe(false);
    expect(world.room.said.at(-1)).toEqual({ text: here, to: ['them'] });
    world.room.listener.onSaid('them', 'Mia', here);
    expect(told).toEqual(['quiet', 'done', 'over']);
    expect(engine.view.value).toMatchObject({ stage: 'live', quiet: false, microphone: 'on' });
    await engine.toggleMicrophone();
    expect(world.room.sent.at(-1)).toEqual(['audio', 'audio', true]);
    expect(devices.running).toHaveLength(2);
    engine.leave();
    expect(media.audio).toBe(null);
    expect(devices.running).toEqual([]);
  });

  it('is not ended by who was not the one to ask', async () => {
    const { world, told, start, come } = aCall(false);
    const growth = await start();
    await come();
    world.room.listener.onSaid('them', 'Lena', here);
    expect(told).toEqual(['quiet']);
    growth.callEnded(true);
    expect(told).toEqual(['quiet', 'done']);
  });

  it('takes a screen along that is shared at the end, and none that was', async () => {
    for (const goesOn of [true, false]) {
      const { world, engine, start, come, share } = aCall(false);
      const original = new FakeTrack('video', 'screen') as unknown as MediaStreamTrack;
      share(original);
      const growth = await start();
      if (!goesOn) share(undefined);
      growth.callChanged();
      await come();
      growth.callEnded(true);
      original.stop(); // with the call
      await settle();
      expect(world.room.shared.map(({ readyState }) => readyState)).toEqual(goesOn ? ['live'] : []);
      expect(engine.view.value.sharing).toBe(goesOn ? 'on' : 'off');
      engine.leave();
      expect(world.room.shared.every(({ readyState }) => readyState === 'ended')).toBe(true);
    }
  });

  it('does not wait for a picture that a page nobody looks at is not sent', async () => {
    const { clock, told, start, come } = aCall(true);
    await start();
    await come({ arrives: { voice: true, picture: false } });
    expect(told).toEqual([]);
    await clock.advance(4_000);
    expect(told[0]).toBe('quiet');
  });

  it.each([[true, 'end'], [false, 'leave']])('goes on as a call where nothing comes of it (mine: %s)', async (mine, said) => {
    const { clock, engine, devices, told, asked, start } = aCall(mine);
    await start();
    await clock.advance(GROWTH_MS + 100);
    expect(told).toEqual(['failed']);
    expect(asked.at(-1)).toBe(said);
    expect(engine.view.value.stage).toBe('ended');
    expect(devices.running).toHaveLength(2);
  });

  it('is given up where the call is hung up meanwhile', async () => {
    const { engine, told, start, come } = aCall(true);
    const growth = await start();
    await come({ arrives: { voice: false, picture: false } });
    growth.callEnded(false);
    expect(told).toEqual(['failed']);
    expect(engine.view.value.stage).toBe('ended');
  });
});
