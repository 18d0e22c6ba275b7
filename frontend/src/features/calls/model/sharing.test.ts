import { beforeEach, describe, expect, it, test } from 'vitest';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';
import { type Circumstances, Ladder } from './ladder';
import { parseNotice } from './notice';

let clock: FakeClock;
let exchange: Exchange;
let ann: FakePage;
let ben: FakePage;

beforeEach(() => {
  clock = new FakeClock();
  exchange = new Exchange();
  ann = new FakePage(exchange, clock, 'ann');
  ben = new FakePage(exchange, clock, 'ben');
});

/** Each end of the channel gives what is written into it to the other. */
function join(one: FakePage, two: FakePage) {
  for (const [from, to] of [[one, two], [two, one]] as const) {
    const mine = from.connection.channels[0] ?? from.connection.createDataChannel('chat');
    if (!mine.onmessage) (from.connection.ondatachannel as (event: unknown) => void)({ channel: mine });
    mine.readyState = 'open';
    mine.send = (text) => {
      mine.sent.push(text);
      queueMicrotask(() => to.connection.channels[0]?.onmessage?.({ data: text }));
    };
  }
}

async function talk(from = ann, to = ben) {
  await from.engine.start(to.user, to.user, 'video');
  await settle();
  await to.engine.accept(true);
  await settle();
  for (const page of [from, to]) page.connection.become('connected');
  join(from, to);
  await settle();
}

const share = async (page: FakePage) => {
  page.engine.current?.toggleScreen();
  await settle();
};
const shows = (page: FakePage) => ({ own: page.view?.sharing.own, sees: page.view?.sharing.theirs !== undefined, news: page.view?.sharing.news });
const other = (page: FakePage) => (page === ann ? ben : ann);
const pageOf = (who: string) => (who === 'caller' ? ann : ben);

describe('a screen that is shared', () => {
  it.each(['caller', 'callee'])('by the %s goes beside the camera, with its sound, and only who offered first offers', async (who) => {
    await talk();
    const [page, to] = [pageOf(who), other(pageOf(who))];
    await share(page);
    expect(shows(page)).toMatchObject({ own: 'on', sees: false });
    expect(shows(to)).toEqual({ own: 'off', sees: true, news: 'they-began' });
    expect(page.connection.sender('screen')?.track).toBe(page.screens.given[0]);
    expect(page.connection.sender('sound')?.track).toBe(page.screens.given[1]);
    expect(page.connection.sender('video')?.track?.deviceId).toBe('video-1');
    expect(to.view?.sharing.theirs?.getTracks().map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
    expect(to.view?.remote?.getTracks()).toHaveLength(2);
    expect([ann.connection.offers, ben.connection.offers]).toEqual([2, 0]);
    expect([page, to].every(({ connection }) => connection.signalingState === 'stable')).toBe(true);
  });

  it('is offered once, and a second time goes without another offer', async () => {
    await talk();
    for (const page of [ann, ann, ben]) {
      await share(page);
      expect(shows(other(page)).sees).toBe(true);
      await share(page);
      expect([shows(ann), shows(ben)]).toMatchObject([{ own: 'off', sees: false }, { own: 'off', sees: false }]);
      expect(page.screens.given.every(({ readyState }) => readyState === 'ended')).toBe(true);
    }
    expect([ann.connection.offers, ben.connection.offers]).toEqual([2, 0]);
  });

  it('is sharp for what is read, fluent for what moves, and may change', async () => {
    await talk();
    await clock.advance(3_000); // the first picture is a small one
    await share(ann);
    const sender = ann.connection.sender('screen');
    expect(ann.screens.given[0]?.contentHint).toBe('detail');
    expect(sender).toMatchObject({ degradation: 'maintain-resolution', encoding: { maxFramerate: 15, scaleResolutionDownBy: 1 } });
    ann.engine.current?.sharing.setMotion(true);
    await settle();
    expect(ann.screens.given[0]?.contentHint).toBe('motion');
    expect(sender).toMatchObject({ degradation: 'balanced', encoding: { maxFramerate: 30 } });
    expect(ann.connection.sender('video')?.encoding).toMatchObject({ scaleResolutionDownBy: 2, maxBitrate: 250_000 });
    await share(ann);
    expect(ann.connection.sender('video')?.encoding).toMatchObject({ scaleResolutionDownBy: 1, maxBitrate: 1_500_000 });
  });

  it('ends by the browser’s own bar, and with what was shared', async () => {
    await talk();
    await share(ann);
    ann.screens.given[0]?.onended?.();
    await settle();
    expect([shows(ann), shows(ben)]).toEqual([
      { own: 'off', sees: false, news: 'stopped-outside' },
      { own: 'off', sees: false, news: 'they-ended' },
    ]);
    await clock.advance(8_000);
    expect(shows(ann).news).toBeUndefined();
  });

  it('is ended at once by who looks at it, and the sharer is told', async () => {
    await talk();
    await share(ben);
    ann.engine.current?.sharing.stopTheirs();
    await settle();
    expect([shows(ann), shows(ben)]).toEqual([
      { own: 'off', sees: false, news: undefined },
      { own: 'off', sees: false, news: 'ended-by-other' },
    ]);
    // A wish that comes late does not end the next one.
    await share(ben);
    ben.connection.channels[0]?.onmessage?.({ data: '{"stopScreen":1}' });
    expect(shows(ben).own).toBe('on');
  });

  it('gives way to one that the other begins later, and its owner is told', async () => {
    await talk();
    await share(ann);
    await share(ben);
    expect([shows(ann), shows(ben)]).toMatchObject([{ own: 'off', sees: true, news: 'taken-over' }, { own: 'on', sees: false }]);
    await share(ann);
    expect([shows(ann), shows(ben)]).toMatchObject([{ own: 'on', sees: false }, { own: 'off', sees: true, news: 'taken-over' }]);
  });

  it('of two in the same moment is the caller’s', async () => {
    await talk();
    ann.engine.current?.toggleScreen();
    ben.engine.current?.toggleScreen();
    await settle();
    expect([shows(ann), shows(ben)]).toMatchObject([{ own: 'on', sees: false }, { own: 'off', sees: true, news: 'taken-over' }]);
  });

  it('goes on after the other has reloaded their page', async () => {
    await talk();
    await share(ben);
    const again = ann.reload();
    await settle();
    await clock.advance(1_000);
    for (const page of [again, ben]) page.connection.become('connected');
    join(again, ben);
    void ben.engine.current?.toggleMicrophone(); // says what is on, as an opened channel does
    await settle();
    expect(again.view?.sharing.theirs).toBeDefined();
    expect(ben.connection.sender('screen')?.track).toBe(ben.screens.given[0]);
  });

  it('leaves nothing on a connection that is kept, and the next call of the two begins without one', async () => {
    await talk();
    await share(ann);
    ann.engine.hangUp();
    await settle();
    for (const page of [ann, ben]) {
      expect(page.connection.signalingState).toBe('stable');
      for (const part of ['audio', 'video', 'screen', 'sound'] as const) expect(page.connection.sender(part)?.track).toBeNull();
      expect(page.screens.given.every(({ readyState }) => readyState === 'ended')).toBe(true);
      page.engine.dismiss();
    }
    await talk(ben, ann);
    expect([shows(ann), shows(ben)]).toMatchObject([{ own: 'off', sees: false }, { own: 'off', sees: false }]);
    expect(ann.connections).toHaveLength(1);
    await share(ben);
    expect(shows(ann).sees).toBe(true);
  });
});

describe('to an old client', () => {
  beforeEach(() => {
    exchange.legacy = true;
  });

  it('the screen goes in the camera’s place, sharp and without another offer, and the camera comes back', async () => {
    await talk();
    await share(ann);
    const sender = ann.connection.sender('video');
    expect(sender).toMatchObject({ track: ann.screens.given[0], degradation: 'maintain-resolution', encoding: { maxFramerate: 15, active: true } });
    expect(ann.screens.asked[0]?.audio).toBe(false);
    expect(ann.view?.sharing.news).toBeUndefined();
    await ann.engine.current?.toggleCamera();
    expect(sender?.track).toBe(ann.screens.given[0]);
    await ann.engine.current?.toggleCamera();
    await share(ann);
    expect(sender).toMatchObject({ track: ann.devices.given.at(-1), degradation: undefined });
    expect(sender?.encoding).not.toHaveProperty('maxFramerate');
    expect(ann.connection.offers).toBe(1);
    expect(ann.connection.channels[0]?.sent).toEqual([]);
  });
});

describe('what can’t be shared', () => {
  test.each([
    ['is nothing to be told about where the person closed the choice', new DOMException('Permission denied', 'NotAllowedError'), undefined],
    ['is explained where the system forbids it', new DOMException('Permission denied by system', 'NotAllowedError'), 'not-allowed'],
    ['is said where it broke', new DOMException('no', 'NotReadableError'), 'failed'],
  ] as const)('%s', async (_, error, news) => {
    await talk();
    ann.screens.error = error;
    await share(ann);
    expect(shows(ann)).toEqual({ own: 'off', sees: false, news });
    await clock.advance(60_000);
    expect(shows(ann).news).toBe(news); // until it is read
    ann.screens.error = undefined;
    await share(ann);
    expect(shows(ann)).toMatchObject({ own: 'on', news: undefined });
  });

  it('is the sound, in browsers that have none to give or where it was not ticked', async () => {
    await talk();
    ann.screens.givesSound = false;
    await share(ann);
    expect(ann.view?.sharing).toMatchObject({ own: 'on', sound: false, news: 'no-sound' });
    await share(ann);
    Object.assign(ann.screens, { givesSound: true, ticksSound: false });
    await share(ann);
    expect(ann.view?.sharing).toMatchObject({ own: 'on', sound: false, news: 'sound-not-chosen' });
  });

  it('is anything on a phone', async () => {
    ann.screens.able = false;
    await talk();
    expect(ann.view?.sharing.able).toBe(false);
    await share(ann);
    expect(shows(ann).own).toBe('off');
  });

  it('is a screen that is given when the call is over', async () => {
    await talk();
    let give: () => void = () => undefined;
    ann.screens.gate = new Promise((resolve) => (give = resolve));
    ann.engine.current?.toggleScreen();
    ann.engine.hangUp();
    give();
    await settle();
    expect(ann.screens.given.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
  });
});

describe('on a weak connection', () => {
  const SCREEN: Circumstances = { picture: false, dataSaver: false, sharp: false, screen: 'detail' };
  const LOSSY = { loss: 0.15, roundTripMs: 40, availableBps: 4_000_000, limitation: 'none' };

  it('a screen keeps its lines, outlives the face, and stands still before the voice does', () => {
    const ladder = new Ladder();
    const seen: unknown[] = [];
    for (let second = 0; second < 40; second += 1) {
      const step = ladder.sample(LOSSY, SCREEN);
      if (step) seen.push([step.rung, step.screen, ladder.limits(SCREEN).screen?.fps]);
    }
    expect(seen).toEqual([['small', true, 8], ['paused', true, 5], ['voice', true, undefined]]);
  });

  it('costs less where data is saved', () => {
    expect(new Ladder().limits({ ...SCREEN, dataSaver: true }).screen).toEqual({ fps: 15, bps: 500_000, sharp: true });
  });

  it('that stands still is said to who looks at it', async () => {
    await talk();
    await share(ann);
    const loss = (at: number) => [
      { id: 'r', type: 'remote-inbound-rtp', fractionLost: 0.15, timestamp: at },
      { id: 'p', type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.04 },
    ];
    for (let second = 1; second < 30 && ann.view?.rung !== 'voice'; second += 1) {
      ann.connection.stats = loss(second);
      await clock.advance(1_000);
    }
    expect(ben.view?.sharing).toMatchObject({ theirsPaused: true });
    expect(ben.view?.sharing.theirs).toBeDefined();
    expect(ann.connection.sender('screen')?.encoding).toMatchObject({ active: false });
  });
});

test.each([
  ['{"media":{"camera":true,"microphone":true,"screen":{"turn":2,"paused":true}}}', { media: { camera: true, microphone: true, screen: { turn: 2, paused: true } } }],
  ['{"media":{"camera":true,"microphone":true,"screen":{"turn":-1}}}', { media: { camera: true, microphone: true } }],
  ['{"media":{"camera":true,"microphone":true,"screen":"yes"}}', { media: { camera: true, microphone: true } }],
  ['{"stopScreen":3}', { stopScreen: 3 }],
  ['{"stopScreen":1e300}', undefined],
  ['{"stopScreen":{}}', undefined],
  ['null', undefined],
  ['[]', undefined],
])('of what the other says %s is read as %o', (text, notice) => {
  expect(parseNotice(text)).toEqual(notice);
});
