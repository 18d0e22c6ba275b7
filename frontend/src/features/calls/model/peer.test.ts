import { beforeEach, describe, expect, it } from 'vitest';
import { FakeConnection } from '../testing/connection';
import { Exchange } from '../testing/exchange';
import { FakeClock, FakeStream, FakeTrack, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';
import { Ladder, type Limits } from './ladder';
import type { Signal } from './pair';
import type { Tracks } from './parts';
import { Peer } from './peer';
import { sessionOf } from './sdp';

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});

class Side {
  out: Signal[] = [];
  connections: FakeConnection[] = [];
  peer: Peer;
  online = true;
  limits: Limits = new Ladder().limits({ picture: true, dataSaver: false, sharp: true });
  tracks: Record<'audio' | 'video' | 'screen' | 'sound', FakeTrack | null> = { audio: new FakeTrack('audio'), video: new FakeTrack('video'), screen: null, sound: null };

  constructor(polite: boolean, legacy = false, begun = true) {
    this.peer = new Peer({
      callId: 'call-1',
      createConnection: (config) => {
        const connection = new FakeConnection(config);
        this.connections.push(connection);
        return connection as unknown as RTCPeerConnection;
      },
      createStream: () => new FakeStream() as unknown as MediaStream,
      iceServers: [],
      relayOnly: false,
      polite,
      legacy,
      video: true,
      local: new FakeStream() as unknown as MediaStream,
      tracks: () => this.tracks as unknown as Tracks,
      limits: () => this.limits,
      audioCodecs: () => ['audio/opus', 'audio/red', 'audio/PCMU'].map((mimeType) => ({ mimeType, clockRate: 48_000 })),
      send: (signal) => this.out.push(structuredClone(signal)),
      canSignal: () => this.online,
      beside: { attach: () => undefined, ready: () => undefined, hear: () => undefined, lose: () => undefined },
      onChange: () => undefined,
      onStopScreen: () => undefined,
      onRepair: () => undefined,
      clock,
      log: () => undefined,
    });
    if (begun) this.peer.begin();
  }

  get pc(): FakeConnection {
    return this.connections.at(-1) as FakeConnection;
  }
}

/** Carries what waits on either side to the other until nothing does. */
async function carry(one: Side, two: Side) {
  for (;;) {
    await settle();
    const [toTwo, toOne] = [one.out.splice(0), two.out.splice(0)];
    if (toTwo.length + toOne.length === 0) return;
    await Promise.all([...toTwo.map((signal) => two.peer.handle(signal)), ...toOne.map((signal) => one.peer.handle(signal))]);
  }
}

async function connected() {
  const [caller, callee] = [new Side(false), new Side(true)];
  caller.peer.offer();
  await carry(caller, callee);
  caller.pc.become('connected');
  callee.pc.become('connected');
  return [caller, callee] as const;
}

const stable = (side: Side) => side.pc.signalingState === 'stable' && side.pc.remoteDescription !== null;

describe('negotiation', () => {
  it('sends our tracks both ways and opens the channel that old clients know', async () => {
    const [caller, callee] = await connected();
    expect(callee.pc.sender('audio')?.track).toBe(callee.tracks.audio);
    expect(callee.pc.sender('video')?.track).toBe(callee.tracks.video);
    expect(caller.pc.channels.map(({ label }) => label)).toEqual(['chat', 'files']);
    expect(callee.pc.getTransceivers().map(({ direction }) => direction)).toEqual(['sendrecv', 'sendrecv']);
  });

  it('of two first offers at once keeps the caller’s, and the callee begins afresh', async () => {
    const [caller, callee] = [new Side(false), new Side(true)];
    caller.peer.offer();
    callee.peer.offer();
    await carry(caller, callee);
    expect([stable(caller), stable(callee)]).toEqual([true, true]);
    expect(caller.connections).toHaveLength(1);
    expect(callee.connections).toHaveLength(2);
    expect(sessionOf(callee.pc.remoteDescription ?? { type: 'offer' })).toBe(caller.pc.session);
  });

  it('of two restarts at once rolls the polite one back', async () => {
    const [caller, callee] = await connected();
    callee.peer.connection.onnegotiationneeded = null;
    caller.pc.restartIce();
    await settle();
    await callee.pc.setLocalDescription(); // an offer of its own is under way
    const [offer] = caller.out.filter(({ type }) => type === 'offer');
    callee.out = [];
    if (offer) await callee.peer.handle(offer);
    expect(callee.pc.rollbacks).toBe(1);
    caller.out = [];
    await carry(caller, callee);
    expect([stable(caller), stable(callee)]).toEqual([true, true]);
  });

  it('holds candidates until there is the description that they belong to', async () => {
    const [caller, callee] = [new Side(false), new Side(true)];
    caller.peer.offer();
    await settle();
    const signals = caller.out.splice(0);
    for (const signal of signals.filter(({ type }) => type === 'candidate')) await callee.peer.handle(signal);
    expect(callee.pc.candidates).toEqual([]);
    for (const signal of signals.filter(({ type }) => type === 'offer')) await callee.peer.handle(signal);
    expect(callee.pc.candidates).toHaveLength(1);
  });

  it('keeps candidates of a connection that is gone from the new one', async () => {
    const [, callee] = await connected();
    await callee.peer.handle({ type: 'candidate', candidate: { candidate: 'candidate:9', usernameFragment: 'of-nobody' } });
    expect(callee.pc.candidates.map(({ usernameFragment }) => usernameFragment)).not.toContain('of-nobody');
  });

  it('drops an answer that nobody waits for', async () => {
    const [caller, callee] = await connected();
    const answer = callee.pc.localDescription;
    if (answer) await caller.peer.handle({ type: 'answer', answer });
    expect(stable(caller)).toBe(true);
  });
});

describe('a lost connection', () => {
  it('is restarted by who offered first, and by nobody else', async () => {
    const [caller, callee] = await connected();
    caller.pc.become('failed');
    callee.pc.become('failed');
    expect([caller.peer.link, callee.peer.link]).toEqual(['disconnected', 'disconnected']);
    await carry(caller, callee);
    expect([caller.pc.restarts, callee.pc.restarts]).toEqual([1, 0]);
    expect([caller.connections.length, callee.connections.length]).toEqual([1, 1]);
    caller.pc.become('connected');
    expect(caller.peer.link).toBe('connected');
  });

  it.each([['caller', 1], ['callee', 1], ['neither', 0]])('that never came about is restarted where the browser of the %s found no way to it', async (who, restarts) => {
    const [caller, callee] = [new Side(false), new Side(true)];
    caller.pc.finds = who !== 'caller';
    callee.pc.finds = who !== 'callee';
    caller.peer.offer();
    await carry(caller, callee);
    for (const { pc } of [caller, callee]) pc.become('connecting');
    await clock.advance(2_900);
    await carry(caller, callee);
    expect(caller.pc.restarts).toBe(0);
    await clock.advance(200);
    await carry(caller, callee);
    expect([caller.pc.restarts, callee.pc.restarts]).toEqual([restarts, 0]);
  });

  it('that only wavers is given some seconds', async () => {
    const [caller] = await connected();
    caller.pc.become('disconnected');
    await clock.advance(1_900);
    caller.pc.become('connected');
    await clock.advance(10_000);
    expect(caller.pc.restarts).toBe(0);
    caller.pc.become('disconnected');
    await clock.advance(2_000);
    expect(caller.pc.restarts).toBe(1);
  });

  it('gets whole pictures on another way, a few times and no more', async () => {
    const [caller] = await connected();
    const way = { onselectedcandidatepairchange: () => {} };
    const sender = caller.pc.sender('video');
    if (!sender) throw new Error('no section');
    const wishes: unknown[] = [];
    Object.assign(sender, { transport: { iceTransport: way }, setParameters: (_: unknown, wish: unknown) => Promise.resolve(void wishes.push(wish)) });
    caller.pc.onsignalingstatechange?.();
    way.onselectedcandidatepairchange();
    await settle();
    expect(wishes).toEqual([{ encodingOptions: [{ keyFrame: true }] }]);
    await clock.advance(10_000);
    expect(wishes).toHaveLength(4);
  });

  it('is begun anew by the other side where no restart comes', async () => {
    const [caller, callee] = await connected();
    callee.pc.become('failed');
    await settle();
    callee.out = []; // its wish is lost
    await clock.advance(6_000);
    await carry(caller, callee);
    expect([caller.connections.length, callee.connections.length]).toEqual([2, 2]);
    expect([stable(caller), stable(callee)]).toEqual([true, true]);
  });

  it('that stays away is called failed, and a late return still counts', async () => {
    const [caller] = await connected();
    caller.pc.become('failed');
    await clock.advance(31_000);
    expect(caller.peer.link).toBe('failed');
    caller.pc.become('connected');
    expect(caller.peer.link).toBe('connected');
  });

  it('is looked after at once when the network has changed, on either side', async () => {
    const [caller, callee] = await connected();
    callee.peer.networkChanged('online');
    await carry(caller, callee);
    expect([caller.pc.restarts, callee.pc.restarts]).toEqual([1, 0]);
    expect([stable(caller), stable(callee)]).toEqual([true, true]);
    await clock.advance(60_000);
    expect([caller.pc.restarts, caller.connections.length, callee.connections.length]).toEqual([1, 1, 1]);
  });

  it('is restarted once more where a change was heard of again, and not for each time', async () => {
    const [caller, callee] = await connected();
    for (const why of ['interface', 'online', 'signalling']) {
      caller.peer.networkChanged(why);
      await clock.advance(100);
      await carry(caller, callee);
    }
    expect(caller.pc.restarts).toBe(1);
    await clock.advance(10_000);
    await carry(caller, callee);
    expect(caller.pc.restarts).toBe(2);
  });

  it('is not restarted for a wish that the answer to a restart will meet', async () => {
    const [caller, callee] = await connected();
    caller.peer.networkChanged('signalling');
    callee.peer.networkChanged('signalling');
    await settle(); // the wish arrives while the offer is on its way
    await carry(caller, callee);
    expect([stable(caller), stable(callee)]).toEqual([true, true]);
    await clock.advance(5_000);
    expect(caller.pc.restarts).toBe(1);
  });

  it('is not restarted without a way to the server, but as soon as there is one', async () => {
    const [caller] = await connected();
    caller.online = false;
    caller.pc.become('failed');
    await clock.advance(40_000);
    expect(caller.pc.restarts).toBe(0);
    caller.online = true;
    caller.peer.networkChanged('signalling');
    expect(caller.pc.restarts).toBe(1);
  });
});

describe('what is sent', () => {
  it('is held within limits that change without another offer', async () => {
    const [caller, callee] = await connected();
    for (const side of [caller, callee]) {
      expect(side.pc.sender('audio')?.encoding).toMatchObject({ maxBitrate: 48_000, networkPriority: 'high' });
      expect(side.pc.sender('video')?.encoding).toMatchObject({ maxBitrate: 1_500_000, active: true, scaleResolutionDownBy: 2 });
    }
    caller.limits = { height: 720, videoBps: 400_000, audioBps: 40_000 };
    caller.peer.bound();
    await settle();
    expect(caller.pc.sender('video')?.encoding).toMatchObject({ maxBitrate: 400_000, scaleResolutionDownBy: 1 });
    caller.limits = { height: undefined, videoBps: 0, audioBps: 16_000 };
    caller.peer.bound();
    await settle();
    expect(caller.pc.sender('video')).toMatchObject({ track: caller.tracks.video, encoding: { active: false } });
    expect(caller.pc.sender('audio')?.encoding).toMatchObject({ maxBitrate: 16_000 });
    expect(caller.pc.offers).toBe(1);
  });

  it('is a voice that is sent twice, repaired, and silent in silence', async () => {
    const [caller, callee] = await connected();
    expect(caller.pc.getTransceivers()[0]?.codecs).toEqual(['audio/red', 'audio/opus', 'audio/PCMU']);
    for (const side of [caller, callee]) {
      expect(side.pc.remoteDescription?.sdp).toContain('a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1');
      expect(side.pc.localDescription?.sdp).not.toContain('usedtx');
    }
  });

  it('is to an old client what the browser made', async () => {
    const caller = new Side(false, true);
    caller.peer.offer();
    await settle();
    expect(caller.pc.getTransceivers()[0]?.codecs).toEqual([]);
    expect(caller.out.find(({ type }) => type === 'offer')).toMatchObject({ offer: { sdp: caller.pc.localDescription?.sdp } });
  });
});

describe('an old client', () => {
  it('never gets a second offer: no restart, no resending, no new connection', async () => {
    const caller = new Side(false, true);
    caller.peer.offer();
    await settle();
    await clock.advance(30_000);
    const callee = new Side(true);
    await carry(caller, callee);
    caller.pc.become('failed');
    caller.peer.networkChanged('online');
    await caller.peer.handle({ type: 'restart' });
    await clock.advance(60_000);
    expect(caller.pc.offers).toBe(1);
    expect(caller.connections).toHaveLength(1);
    expect(caller.peer.link).toBe('failed');
  });

  it('gets another track without another offer, and no words on its channel', async () => {
    const exchange = new Exchange();
    exchange.legacy = true;
    const [ann, ben] = [new FakePage(exchange, clock, 'ann'), new FakePage(exchange, clock, 'ben')];
    await ann.engine.start('ben', 'Ben', 'video');
    await settle();
    await ben.engine.accept(true);
    await settle();
    const channel = ann.connection.channels[0];
    if (channel) channel.readyState = 'open';
    await ann.engine.current?.toggleCamera();
    await ann.engine.current?.toggleCamera();
    await settle();
    expect(ann.connection.sender('video')?.track).toBe(ann.devices.given.at(-1));
    expect(ann.connection.offers).toBe(1);
    expect(channel?.sent).toEqual([]);
  });
});

describe('our own clients', () => {
  it('tell each other what is on', async () => {
    const [caller, callee] = await connected();
    const channel = caller.pc.channels[0];
    if (channel) channel.readyState = 'open';
    caller.peer.tell({ camera: false, microphone: true });
    expect(channel?.sent).toEqual(['{"media":{"camera":false,"microphone":true}}']);
    channel?.onmessage?.({ data: '{"media":{"camera":true,"microphone":false}}' });
    expect(caller.peer.notice).toEqual({ camera: true, microphone: false });
    channel?.onmessage?.({ data: '{"text":"hello","sender":"x","timestamp":1}' });
    channel?.onmessage?.({ data: 'not json' });
    expect(caller.peer.notice).toEqual({ camera: true, microphone: false });
    expect(callee.peer.notice).toBeUndefined();
  });
});

it('an offer that took the place of another, before anybody had either, takes no answer to that one', async () => {
  const [one, two] = [new Side(false, false, false), new Side(true)];
  one.peer.offer();
  await settle();
  for (const signal of one.out.splice(0)) await two.peer.handle(signal);
  one.peer.networkChanged('interface');
  one.peer.begin();
  await settle();
  for (const signal of two.out.splice(0)) await one.peer.handle(signal);
  expect(one.pc.signalingState).toBe('have-local-offer');
  await carry(one, two);
  expect([one.pc.signalingState, two.pc.signalingState]).toEqual(['stable', 'stable']);
  expect(one.pc.remoteDescription?.sdp).toContain(` ${two.pc.session} `);
  expect(two.pc.remoteDescription?.sdp).toContain(` ${one.pc.session} `);
});
