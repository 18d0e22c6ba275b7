import { beforeEach, describe, expect, it } from 'vitest';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';
import { CallHistory, storyJson } from './history';
import { callsForVoiceNote } from './outcome';
import { NO_SHARING } from './sharing';
import type { CallView } from './view';

const view = (change: Partial<CallView>): CallView =>
  ({ stage: 'live', acceptedAt: 1_000, link: 'connected', online: true, remotePaused: false, quality: 'good', theirQuality: 'unknown', step: undefined, sharing: NO_SHARING, ...change }) as CallView;

let history: CallHistory;
let last: CallView;

beforeEach(() => {
  history = new CallHistory();
  last = view({ link: 'connecting', quality: 'unknown' });
});

/** From this second of the call on the page shows this as well. */
function at(second: number, change: Partial<CallView>) {
  const next = { ...last, ...change };
  history.observe(last, next, 1_000 + second * 1_000);
  last = next;
}

const end = (second: number) => history.story(last, 1_000 + second * 1_000);

describe('the line of a call', () => {
  it('says how it was when, and where there was no connection', () => {
    at(2, { link: 'connected' });
    at(3, { quality: 'good' });
    at(20, { quality: 'weak' });
    at(30, { link: 'disconnected' });
    at(34, { link: 'connected', quality: 'good' });
    expect(end(60)?.stretches).toEqual([
      { from: 0, to: 3_000, felt: undefined },
      { from: 3_000, to: 20_000, felt: 'good' },
      { from: 20_000, to: 30_000, felt: 'weak' },
      { from: 30_000, to: 34_000, felt: 'lost' },
      { from: 34_000, to: 60_000, felt: 'good' },
    ]);
  });

  it('says the same of the other side, where their client did', () => {
    at(2, { link: 'connected', theirQuality: 'unknown' });
    expect(end(4)?.theirs).toBeUndefined();
    at(5, { theirQuality: 'weak' });
    at(9, { link: 'disconnected' });
    at(11, { link: 'connected', theirQuality: 'good' });
    expect(end(20)?.theirs).toEqual([
      { from: 0, to: 5_000, felt: undefined },
      { from: 5_000, to: 9_000, felt: 'weak' },
      { from: 9_000, to: 11_000, felt: 'lost' },
      { from: 11_000, to: 20_000, felt: 'good' },
    ]);
  });

  it('stays as small for a call of hours, and keeps what mattered in it', () => {
    at(0, { link: 'connected', quality: 'good' });
    for (let second = 1; second < 3 * 3_600; second += 1) at(second, { quality: second % 2 ? 'good' : 'fair' });
    at(3 * 3_600, { link: 'failed' });
    const story = end(4 * 3_600);
    expect(story?.stretches.length).toBeLessThanOrEqual(240);
    expect(story?.stretches.at(-1)).toMatchObject({ to: 4 * 3_600_000, felt: 'lost' });
    expect(story?.stretches.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(4 * 3_600_000);
  });
});

describe('what happened', () => {
  it('has its times and how long it lasted', () => {
    at(2, { link: 'connected' });
    at(10, { online: false });
    at(12, { link: 'disconnected' });
    history.repaired(14_000);
    at(16, { link: 'connected' });
    at(17, { online: true });
    at(20, { remotePaused: true });
    at(25, { remotePaused: false });
    at(30, { sharing: { ...NO_SHARING, own: 'on' } });
    at(31, { step: { rung: 'small', up: false, why: 'loss', picture: true, screen: true } });
    history.repaired(36_000);
    at(60, { sharing: { ...NO_SHARING, theirs: {} as MediaStream } });
    expect(end(70)?.moments).toEqual([
      { what: 'connected', at: 2_000 },
      { what: 'server', at: 10_000, forMs: 7_000 },
      { what: 'lost', at: 12_000, forMs: 4_000 },
      { what: 'their-picture', at: 20_000, forMs: 5_000 },
      { what: 'own-screen', at: 30_000, forMs: 30_000 },
      { what: 'step', at: 31_000, rung: 'small', up: false, why: 'loss', screen: true },
      { what: 'repaired', at: 35_000 },
      { what: 'their-screen', at: 60_000, forMs: 10_000 },
    ]);
  });

  it('says so where a connection never came back', () => {
    at(2, { link: 'connected' });
    at(10, { link: 'failed' });
    expect(end(40)?.moments.at(-1)).toEqual({ what: 'lost', at: 10_000 });
  });

  it('is bounded, and says that there was more', () => {
    at(1, { link: 'connected' });
    for (let second = 2; second < 1_000; second += 1) at(second, { online: second % 2 === 0 });
    const story = end(1_000);
    expect(story?.moments).toHaveLength(200);
    expect(story?.more).toBe(true);
  });

  it('is nothing where nobody accepted', () => {
    at(1, { stage: 'ringing', acceptedAt: undefined });
    expect(end(2)).toBeUndefined();
  });
});

it('of a real call is on its sheet, and as a file without names', async () => {
  const clock = new FakeClock();
  const exchange = new Exchange();
  const [ann, ben] = [new FakePage(exchange, clock, 'ann'), new FakePage(exchange, clock, 'ben')];
  await ann.engine.start('ben', 'Ben Secret', 'video');
  await settle();
  await ben.engine.accept(true);
  await settle();
  for (const page of [ann, ben]) page.connection.become('connected');
  await clock.advance(5_000);
  ann.connection.become('failed');
  await clock.advance(3_000);
  ann.connection.become('connected');
  ben.network.change('online');
  await settle();
  await clock.advance(2_000);
  ann.engine.hangUp();
  await settle();
  const story = ann.view?.end?.story;
  expect(story?.moments).toEqual([{ what: 'connected', at: 0 }, { what: 'lost', at: 5_000, forMs: 3_000 }, { what: 'repaired', at: 8_000 }]);
  expect(ben.view?.end?.story?.moments).toContainEqual({ what: 'repaired', at: 8_000 });
  const text = story && storyJson(story, { callId: 'c', kind: 'video', acceptedAt: 0, reason: 'completed' });
  expect(JSON.parse(text ?? '')).toMatchObject({ callId: 'c', acceptedAt: '1970-01-01T00:00:00.000Z', ended: 'completed', durationMs: 10_000 });
  expect(text).not.toContain('Secret');
});

it('leads to a voice note where the two could not talk', () => {
  const wanted = (['no-answer', 'missed', 'declined', 'lost', 'not-connected'] as const).map((reason) => callsForVoiceNote({ reason }));
  expect(wanted).toEqual(wanted.map(() => true));
  expect(callsForVoiceNote({ reason: 'refused', code: 'call_busy' })).toBe(true);
  expect(callsForVoiceNote({ reason: 'refused', code: 'forbidden' })).toBe(false);
  expect(callsForVoiceNote({ reason: 'completed' })).toBe(false);
});
