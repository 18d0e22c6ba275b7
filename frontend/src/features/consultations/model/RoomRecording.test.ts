import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../../shared/testing/media';
import type { Scene } from '../../../shared/media/recording/composer';
import type { RecordingStands } from '../../../shared/wire/types';
import type { Consultation, RoomApi } from '../api';
import { consultationOf, memberOf } from '../testing/room';
import type { Given } from './port';
import { mustAgree, RoomRecording } from './RoomRecording';

let asked: [string, unknown?][];
let tapes: { id: string; scene: Scene; ended: 'no' | 'finished' | 'dropped' }[];
let given: Given[];
let recorded: boolean;
let recording: RoomRecording;

const stands = (state: RecordingStands['state'], version: number, part: Partial<RecordingStands> = {}): RecordingStands => ({
  recordingId: 'r1', version, state, recorderId: 'me', by: 'me', agreed: ['me'], awaited: [], ...part,
});
const seen = (state: RecordingStands['state'], version: number, part: Partial<RecordingStands> = {}): Consultation =>
  consultationOf(1, { you: memberOf({ state: 'admitted', role: 'host' }), recording: stands(state, version, part) });
const person = (identity: string, more: Partial<Given> = {}): Given => ({ identity, name: identity, camera: undefined, screen: undefined, sounds: [], ...more });
const a = (kind: string) => ({ kind }) as MediaStreamTrack;

beforeEach(() => {
  asked = [];
  tapes = [];
  recorded = false;
  given = [person('me'), person('amira'), person('guest-1')];
  const say = (what: string) => (id: string, more?: unknown) => (asked.push([`${what} ${id}`, more]), Promise.resolve({}));
  const api = {
    record: () => Promise.resolve(seen('asked', 1, { awaited: ['amira', 'guest-1'] })),
    recording: { answer: say('answer'), stop: say('stop'), finish: say('finish'), withdraw: say('withdraw'), put: () => Promise.resolve({ next: 1 }) },
  } as unknown as RoomApi;
  recording = new RoomRecording({
    api, clock: new FakeClock(), given: () => given, setRecorded: (on) => (recorded = on), look: () => undefined,
    startTape: (id, scene) => {
      const tape: (typeof tapes)[number] = { id, scene, ended: 'no' };
      tapes.push(tape);
      return { finish: () => ((tape.ended = 'finished'), Promise.resolve({ chunks: 2, durationMs: 4_000 })), drop: () => void (tape.ended = 'dropped') };
    },
  });
});

async function run(agreed = ['me', 'amira', 'guest-1']): Promise<void> {
  await recording.request();
  recording.take(seen('running', 3, { agreed }), true);
}

describe('the recording of a room', () => {
  it('begins once everybody has agreed, and has nobody in it who has not', async () => {
    await recording.request();
    recording.take(seen('asked', 2, { agreed: ['me', 'amira'], awaited: ['guest-1'] }), true);
    expect(tapes).toEqual([]);
    recording.take(seen('running', 3, { agreed: ['me', 'amira'] }), true);
    expect([tapes.length, recorded]).toEqual([1, true]);
    const face = a('video');
    const screen = a('video');
    const voice = a('audio');
    given = [person('me', { camera: face }), person('amira', { screen, sounds: [voice] }), person('stranger', { camera: face, sounds: [voice] })];
    expect(tapes[0]?.scene.sides()).toEqual([
      { name: 'amira', picture: screen, sounds: [] },
      { name: 'me', picture: face, sounds: [] },
      { name: 'amira', picture: undefined, sounds: [voice] },
    ]);
  });

  it('is sent whole when anybody stops it, and dropped when anybody takes their consent back', async () => {
    await run();
    recording.take(seen('stopped', 4, { by: 'amira' }), true);
    await settle();
    expect([tapes[0]?.ended, recorded]).toEqual(['finished', false]);
    expect(asked).toContainEqual(['finish r1', { chunks: 2, durationMs: 4_000 }]);
    recording.take(seen('withdrawn', 5, { by: 'guest-1' }), true);
    await run();
    tapes.length = 0;
    recording.take(seen('running', 1, { recordingId: 'r1' }), true);
    expect(recording.view.value.stands?.version, 'what is older counts no more').not.toBe(1);
  });

  it('leaves nothing where consent is taken back while it runs', async () => {
    await run();
    recording.take(seen('withdrawn', 4, { by: 'guest-1' }), true);
    expect([tapes[0]?.ended, recorded]).toEqual(['dropped', false]);
    expect(asked).toEqual([]);
  });

  it('is left to the media server where that makes it, whoever asked and whichever page', async () => {
    await recording.request();
    const made: Partial<RecordingStands> = { maker: 'server', agreed: ['me', 'amira'] };
    for (const [state, version] of [['starting', 2], ['running', 3], ['stopped', 4], ['kept', 5]] as const) recording.take(seen(state, version, made), true);
    await settle();
    expect([tapes.length, recorded, asked]).toEqual([0, false, []]);
    recording.take(seen('running', 3, { ...made, recordingId: 'r2' }), true);
    await settle();
    expect(asked, 'a page that was loaded again ends nothing').toEqual([]);
    await recording.stop();
    expect(asked).toEqual([['stop r2', undefined]]);
    expect(recording.view.value.problem).toBeUndefined();
  });

  it('is agreed to at the door while it is yet to begin', () => {
    const comer = (state: RecordingStands['state'], part: Partial<RecordingStands> = {}): boolean => mustAgree({ ...seen(state, 1, { agreed: ['amira'], ...part }) });
    expect([comer('starting'), comer('running'), comer('failed'), comer('starting', { agreed: ['me'] })]).toEqual([true, true, false, false]);
  });

  it('is made by this browser where the media server could not', async () => {
    const by: unknown[] = [];
    const api = { record: (...said: unknown[]) => (by.push(said), Promise.resolve(seen('asked', 1))) } as unknown as RoomApi;
    const other = new RoomRecording({ api, clock: new FakeClock(), given: () => given, setRecorded: () => undefined, look: () => undefined, startTape: undefined });
    await other.request();
    await other.request(true);
    expect(by).toEqual([[1, false], [1, true]]);
  });

  it('is made by the page that asked for it: what one before had sent is kept', async () => {
    recording.take(seen('running', 3), false);
    await settle();
    expect(asked).toEqual([]);
    recording.take(seen('running', 3), true);
    await settle();
    expect([tapes, asked]).toEqual([[], [['stop r1', undefined]]]);
  });

  it('ends with our place in the room', async () => {
    await run();
    recording.leave();
    await settle();
    expect([tapes[0]?.ended, asked[0]?.[0]]).toEqual(['finished', 'stop r1']);
  });
});

it('who comes later is to agree first', () => {
  const door = (state: RecordingStands['state'], part: Partial<RecordingStands>) => mustAgree(consultationOf(1, { you: memberOf({ identity: 'jonas' }), recording: stands(state, 1, part) }));
  expect(door('running', {})).toBe(true);
  expect(door('running', { agreed: ['me', 'jonas'] })).toBe(false);
  expect(door('asked', {})).toBe(true);
  expect(door('asked', { awaited: ['jonas'] })).toBe(false);
  expect(door('stopped', {})).toBe(false);
  expect(mustAgree(consultationOf(1))).toBe(false);
});
