import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeConnection } from '../testing/connection';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';

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

async function talk(from: FakePage, to: FakePage) {
  for (const page of [from, to]) page.engine.dismiss();
  await from.engine.start(to.user, to.user, 'video');
  await settle();
  await to.engine.accept(true);
  await settle();
}

async function firstCall() {
  await talk(ann, ben);
  for (const page of [ann, ben]) page.connection.become('connected');
  ann.engine.hangUp();
  await settle();
  expect([ann.view?.end?.reason, ben.view?.end?.reason]).toEqual(['completed', 'completed']);
}

const tracks = (connection: FakeConnection | undefined) => (['audio', 'video'] as const).map((kind) => connection?.sender(kind)?.track ?? null);
const agreed = (page: FakePage) => page.connection.signalingState === 'stable' && page.connection.remoteDescription !== null;
const counts = () => [ann.connections.length, ben.connections.length];

describe('after a call', () => {
  it('the connection stays, and nothing is sent on it', async () => {
    await firstCall();
    for (const page of [ann, ben]) {
      expect(page.connection.signalingState).toBe('stable');
      expect(tracks(page.connection)).toEqual([null, null]);
      expect(page.devices.running).toEqual([]);
    }
  });

  it('it goes after two minutes', async () => {
    await firstCall();
    await clock.advance(119_000);
    expect(ann.connection.signalingState).toBe('stable');
    await clock.advance(1_000);
    expect([ann.connection.signalingState, ben.connection.signalingState]).toEqual(['closed', 'closed']);
  });

  it('it goes when the person signs out', async () => {
    await firstCall();
    ann.socket.fire('disconnect', 'io client disconnect');
    expect(ann.connection.signalingState).toBe('closed');
    ben.engine.dispose();
    expect(ben.connection.signalingState).toBe('closed');
  });

  it('none is kept with an old client, nor of a call that did not end well', async () => {
    exchange.legacy = true;
    await firstCall();
    expect([ann.connection.signalingState, ben.connection.signalingState]).toEqual(['closed', 'closed']);
    exchange.legacy = false;
    await talk(ann, ben);
    ann.connection.become('connected');
    ann.connection.become('failed');
    ann.engine.hangUp();
    expect(ann.connection.signalingState).toBe('closed');
  });

  it('it goes when it leads nowhere any more', async () => {
    await firstCall();
    ann.connection.become('disconnected');
    expect(ann.connection.signalingState).toBe('closed');
  });

  it('it makes room for a call with somebody else', async () => {
    await firstCall();
    const cat = new FakePage(exchange, clock, 'cat');
    const [kept] = ann.connections;
    await talk(ann, cat);
    expect(kept?.signalingState).toBe('closed');
    expect(agreed(cat)).toBe(true);
  });
});

describe('the next call of the two', () => {
  it.each(['the same', 'the other'])('by %s of them goes over the same connection, connected as soon as it is agreed', async (who) => {
    await firstCall();
    await (who === 'the same' ? talk(ann, ben) : talk(ben, ann));
    expect(counts()).toEqual([1, 1]);
    // Who offered first offers again, whoever calls.
    expect([ann.connection.offers, ben.connection.offers]).toEqual([2, 0]);
    for (const page of [ann, ben]) {
      expect(page.view).toMatchObject({ stage: 'live', link: 'connected' });
      expect(tracks(page.connection)).toEqual([page.devices.given.find(({ kind, readyState }) => kind === 'audio' && readyState === 'live'),
        page.devices.given.find(({ kind, readyState }) => kind === 'video' && readyState === 'live')]);
      expect(page.view?.remote?.getTracks()).toHaveLength(2);
    }
    expect(exchange.call?.state).toBe('connected');
  });

  it('is told over the connection itself: pictures go before anything is described anew', async () => {
    await talk(ann, ben);
    // The fake has no channel come in by itself: the browser's own at the other end.
    const ours = ann.connection.channels[0];
    if (!ours) throw new Error('no channel');
    const theirs = { ...ours, onmessage: undefined as typeof ours.onmessage };
    (ben.connection.ondatachannel as (event: unknown) => void)({ channel: theirs });
    const chats = [ours, theirs].map((chat) => Object.assign(chat, { readyState: 'open' }));
    chats.forEach((chat, side) => (chat.send = (data) => chats[1 - side]?.onmessage?.({ data })));
    for (const page of [ann, ben]) page.connection.become('connected');
    ann.engine.hangUp();
    await settle();
    await talk(ben, ann);
    expect([ann.connection.offers, ben.connection.offers]).toEqual([1, 0]);
    for (const page of [ann, ben]) {
      expect(page.view).toMatchObject({ stage: 'live', link: 'connected' });
      expect(tracks(page.connection)).not.toContain(null);
    }
    await clock.advance(1_000); // for the server, which counts by descriptions
    expect([ann.connection.offers, ben.connection.offers]).toEqual([2, 0]);
    expect(exchange.call?.state).toBe('connected');
    expect(counts()).toEqual([1, 1]);
  });

  it('is believed of no other call', async () => {
    await firstCall();
    exchange.lose.set('webrtc-offer', 1);
    const { channels } = ann.connection;
    channels[0]?.onmessage?.({ data: JSON.stringify({ call: 'call-1' }) });
    await talk(ann, ben);
    channels[0]?.onmessage?.({ data: JSON.stringify({ call: 'call-1' }) });
    await settle();
    expect(tracks(ann.connection)).toEqual([null, null]);
  });

  it('counts only its own bytes', async () => {
    await firstCall();
    await talk(ann, ben);
    const used = (bytes: number) => [{ id: 'p', type: 'candidate-pair', nominated: true, state: 'succeeded', bytesSent: bytes, bytesReceived: 0 }];
    ann.connection.stats = used(5_000);
    await clock.advance(1_000);
    ann.connection.stats = used(5_700);
    await clock.advance(1_000);
    expect(ann.view?.bytes).toEqual({ in: 0, out: 700 });
  });

  it('that another device takes gets a connection of its own, and the first device nothing', async () => {
    const phone = new FakePage(exchange, clock, 'ben', 'ben-phone');
    await firstCall();
    const [kept] = ann.connections;
    const seen: unknown[] = [];
    const sender = kept?.sender('audio');
    if (sender) {
      const replace = sender.replaceTrack;
      sender.replaceTrack = (track) => (seen.push(track), replace(track));
    }
    for (const page of [ann, ben]) page.engine.dismiss();
    await ann.engine.start('ben', 'Ben', 'video');
    await settle();
    await phone.engine.accept(true);
    await settle();
    await clock.advance(1_000);
    expect([ann.stage, phone.stage]).toEqual(['live', 'live']);
    expect(ann.connections).toHaveLength(2);
    expect([agreed(ann), agreed(phone)]).toEqual([true, true]);
    expect(ann.connection.remoteDescription?.sdp).toContain(` ${phone.connection.session} `);
    expect(seen).toEqual([]);
    expect(kept?.signalingState).toBe('closed');
  });

  it('sends nothing over it before the other has confirmed it, whatever is switched meanwhile', async () => {
    await firstCall();
    exchange.lose.set('webrtc-answer', 1);
    await talk(ann, ben);
    expect(ann.view).toMatchObject({ stage: 'live', link: 'connecting' });
    await ann.engine.current?.toggleCamera();
    await ann.engine.current?.toggleCamera();
    expect(tracks(ann.connection)).toEqual([null, null]);
    await clock.advance(5_000); // the offer again, and the same answer
    expect(ann.view).toMatchObject({ link: 'connected' });
    expect(tracks(ann.connection)).not.toContain(null);
  });

  it.each([
    ['caller', 'who offered first'], ['callee', 'who offered first'], ['caller', 'who did not'], ['callee', 'who did not'],
  ])('finds its way where the %s has lost it, who is %s', async (loser, first) => {
    await firstCall();
    const annLoses = first === 'who offered first';
    if (annLoses) ann = ann.reload();
    else ben = ben.reload();
    const [lost, has] = annLoses ? [ann, ben] : [ben, ann];
    await (loser === 'caller' ? talk(lost, has) : talk(has, lost));
    await clock.advance(1_000);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect(ann.connection.remoteDescription?.sdp).toContain(` ${ben.connection.session} `);
    expect(ben.connection.remoteDescription?.sdp).toContain(` ${ann.connection.session} `);
    for (const page of [ann, ben]) expect(tracks(page.connection)).not.toContain(null);
  });

  it('does not go over one that has broken meanwhile, or that shows an address that is to be hidden', async () => {
    await firstCall();
    for (const page of [ann, ben]) page.connection.become('failed');
    await talk(ann, ben);
    expect(counts()).toEqual([2, 2]);
    for (const page of [ann, ben]) page.connection.become('connected');
    ann.engine.hangUp();
    await settle();
    exchange.ice = { iceServers: [{ urls: 'turn:one' }] };
    ann.settings.relayOnly = true;
    await clock.advance(15 * 60_000);
    await talk(ann, ben);
    expect(ann.connection.config.iceTransportPolicy).toBe('relay');
  });
});

describe('candidates', () => {
  it('are gathered while it rings and while the microphone is opened, not on every device that rings', async () => {
    const phone = new FakePage(exchange, clock, 'ben', 'ben-phone');
    await ann.engine.start('ben', 'Ben', 'audio');
    await settle();
    expect([...counts(), phone.connections.length]).toEqual([1, 0, 0]);
    expect(ann.connection.config.iceCandidatePoolSize).toBe(1);
    await ben.engine.accept(false);
    await settle();
    expect([...counts(), phone.connections.length]).toEqual([1, 1, 0]);
    expect(agreed(ann)).toBe(true);
  });

  it('of a call that came to nothing are let go', async () => {
    await ann.engine.start('ben', 'Ben', 'audio');
    await settle();
    ann.engine.hangUp();
    expect(ann.connection.signalingState).toBe('closed');
  });
});
