import { beforeEach, describe, expect, it, test } from 'vitest';
import { Exchange } from '../testing/exchange';
import { FakeClock, fakeSeats, settle } from '../testing/fakes';
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

async function ring(kind: 'video' | 'audio' = 'video') {
  await ann.engine.start('ben', 'Ben', kind);
  await settle();
}

async function talk(kind: 'video' | 'audio' = 'video') {
  await ring(kind);
  await ben.engine.accept(true);
  await settle();
  ann.connection.become('connected');
  ben.connection.become('connected');
}

const agreed = (page: FakePage) => page.connection.signalingState === 'stable' && page.connection.remoteDescription !== null;

describe('a call', () => {
  it('rings, is accepted, connects and ends on both sides', async () => {
    await ring();
    expect([ann.stage, ben.stage]).toEqual(['ringing', 'incoming']);
    expect(ben.view?.peer).toEqual({ userId: 'ann', name: 'Name of ann' });
    expect(ben.devices.asked).toEqual([]);

    await ben.engine.accept(true);
    await settle();
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect([ann.connection.offers, ben.connection.offers]).toEqual([1, 0]);
    expect(ann.connection.config.iceServers).toEqual([{ urls: 'stun:one' }]);
    ann.connection.become('connected');
    expect(ann.view).toMatchObject({ stage: 'live', link: 'connected', camera: 'on', microphone: 'on' });

    await clock.advance(61_000);
    ben.engine.hangUp();
    await settle();
    expect(ann.view?.end).toMatchObject({ reason: 'completed', durationMs: 61_000 });
    expect(ben.view?.end?.reason).toBe('completed');
    expect([...ann.devices.running, ...ben.devices.running]).toEqual([]);
    await clock.advance(120_000);
    expect([ann.connection.signalingState, ben.connection.signalingState]).toEqual(['closed', 'closed']);
  });

  it('is offered while it rings, and the acceptance brings that offer', async () => {
    await ring();
    expect([ann.stage, ann.socket.count('webrtc-offer'), ben.connections.length]).toEqual(['ringing', 1, 0]);
    await clock.advance(40_000); // nobody has it yet, so it is neither repeated nor given up
    expect([ann.socket.count('webrtc-offer'), ann.view?.link]).toEqual([1, 'connecting']);
    const offered = ann.connection;
    await ben.engine.accept(true);
    await settle();
    expect([agreed(ann), agreed(ben), ann.connection === offered]).toEqual([true, true, true]);
    expect(ann.socket.count('webrtc-offer')).toBe(1);
  });

  it.each(['the network', 'the way to the server'])('is offered anew when %s changes while it rings', async (what) => {
    await ring();
    const before = ann.connection;
    if (what === 'the network') ann.network.change('interface');
    else {
      ann.socket.fire('disconnect', 'transport close');
      exchange.greet(ann.socket);
    }
    await settle();
    expect(before.connectionState).toBe('closed');
    await ben.engine.accept(true);
    await settle();
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect(ben.connection.remoteDescription?.sdp).toContain(` ${ann.connection.session} `);
  });

  it('that an old client accepts is offered anew, by what it knows', async () => {
    await ring();
    exchange.legacy = true;
    await ben.engine.accept(true);
    await settle();
    expect(ann.connections.map((connection) => connection.channels.map(({ label }) => label))).toEqual([['chat', 'files'], ['chat']]);
    expect(ann.connections.map(({ signalingState }) => signalingState)).toEqual(['closed', 'stable']);
    expect(agreed(ben)).toBe(true);
  });

  it('leaves nothing open when it is cancelled', async () => {
    await ring();
    ann.engine.hangUp();
    expect(ann.connection.signalingState).toBe('closed');
  });

  it('by voice never asks for a camera, and can show a picture later without another offer', async () => {
    await talk('audio');
    expect([...ann.devices.asked, ...ben.devices.asked].map((asked) => asked.video)).toEqual([false, false]);
    expect(ann.view?.camera).toBe('off');
    await ann.engine.current?.toggleCamera();
    await settle();
    expect(ann.connection.sender('video')?.track).toBe(ann.devices.given.at(-1));
    expect(ann.connection.offers).toBe(1);
  });

  it('can be accepted without a picture of one’s own', async () => {
    await ring();
    await ben.engine.accept(false);
    await settle();
    expect(ben.devices.asked).toMatchObject([{ video: false }]);
    expect(ben.socket.sent.find(({ event }) => event === 'webrtc-call-response')?.payload).toMatchObject({ callType: 'audio' });
  });

  it('is declined, and says so to the caller alone', async () => {
    await ring();
    ben.engine.decline();
    await settle();
    expect(ann.view?.end?.reason).toBe('declined');
    expect(ben.view).toBeNull();
  });

  it('is cancelled quietly, and missed at the other', async () => {
    await ring();
    ann.engine.hangUp();
    await settle();
    expect(ann.view).toBeNull();
    expect(ben.view?.end?.reason).toBe('missed');
  });

  it('that is cancelled before the server has answered ends once it has', async () => {
    const started = ann.engine.start('ben', 'Ben', 'audio');
    for (let turn = 0; turn < 400 && ann.stage !== 'calling'; turn += 1) await Promise.resolve();
    ann.engine.hangUp();
    await started;
    await settle();
    expect(ann.view).toBeNull();
    expect(exchange.call).toBeUndefined();
  });

  it('stops ringing at its deadline though the server says nothing', async () => {
    await ring();
    await clock.advance(60_000);
    expect(ann.view?.end?.reason).toBe('no-answer');
    expect(ben.view?.end?.reason).toBe('missed');
  });

  test.each(['call_busy', 'call_offline', 'call_already', 'contact_not_allowed'])('refused with %s says why', async (code) => {
    exchange.refusal = code;
    await ring();
    expect(ann.view?.end).toMatchObject({ reason: 'refused', code });
    expect(ann.devices.running).toEqual([]);
  });

  it('by both at once becomes one, in which the earlier caller offers', async () => {
    exchange.sockets.forEach((socket) => (socket.down = false));
    const both = [ann.engine.start('ben', 'Ben', 'video'), ben.engine.start('ann', 'Ann', 'audio')];
    await Promise.all(both);
    await settle();
    expect([ann.stage, ben.stage]).toEqual(['live', 'live']);
    expect([ann.connection.offers, ben.connection.offers]).toEqual([1, 0]);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
  });
});

it('a call to who is ringing here already answers theirs', async () => {
  await ring();
  expect(ben.stage).toBe('incoming');
  await ben.engine.start('ann', 'Ann', 'video');
  await settle();
  expect([ann.stage, ben.stage]).toEqual(['live', 'live']);
});

describe('snapshots', () => {
  it('older than what is known are dropped', async () => {
    await ring();
    const old = exchange.snapshot(ben.socket);
    await ben.engine.accept(true);
    await settle();
    ben.socket.fire('call', old);
    ben.socket.fire('call', { ...old, state: 'ended', outcome: 'missed' });
    expect(ben.stage).toBe('live');
  });

  it('of a call that has ended do not bring it back', async () => {
    await talk();
    const running = exchange.snapshot(ann.socket);
    ann.engine.hangUp();
    await settle();
    ann.engine.dismiss();
    ann.socket.fire('call', running);
    expect(ann.view).toBeNull();
  });

  it('that say there is no call end the one that is shown', async () => {
    await talk();
    ann.socket.fire('call', { callId: null });
    expect(ann.view?.end?.reason).toBe('lost');
  });
});

describe('several devices and tabs', () => {
  it('stop ringing when another device answers', async () => {
    const phone = new FakePage(exchange, clock, 'ben', 'ben-phone');
    await ring();
    await phone.engine.accept(true);
    await settle();
    expect(phone.stage).toBe('live');
    expect(ben.view?.end?.reason).toBe('elsewhere');
    expect(ben.connections).toEqual([]);
    await clock.advance(6_000);
    expect(ben.view).toMatchObject({ stage: 'other-device', canRejoin: true });
    ann.engine.hangUp();
    await settle();
    expect(ben.view).toBeNull();
  });

  it.each(['ann', 'ben'] as const)('take over a call of %s that runs on another', async (who) => {
    await talk();
    const before = who === 'ann' ? ann : ben;
    const phone = new FakePage(exchange, clock, who, `${who}-phone`);
    exchange.greet(phone.socket);
    expect(phone.view).toMatchObject({ stage: 'other-device', canRejoin: true });
    expect(phone.devices.asked).toEqual([]);
    await phone.engine.takeHere();
    await settle();
    expect(phone.stage).toBe('live');
    expect(before.view).toMatchObject({ stage: 'other-device', canRejoin: true });
    expect(before.devices.running).toEqual([]);
    const other = who === 'ann' ? ben : ann;
    expect([agreed(phone), agreed(other)]).toEqual([true, true]);
    expect([phone.stage, other.stage]).toEqual(['live', 'live']);

    await before.engine.takeHere();
    await settle();
    expect([before.stage, phone.stage]).toEqual(['live', 'other-device']);
    expect([agreed(before), agreed(other)]).toEqual([true, true]);
    other.engine.hangUp();
    await settle();
    expect(phone.view).toBeNull();
  });

  it('take over a call of an old page, which the other could not have renegotiated', async () => {
    exchange.legacy = true;
    await talk();
    const before = ann.connection;
    exchange.legacy = false;
    const phone = new FakePage(exchange, clock, 'ben', 'ben-phone');
    exchange.greet(phone.socket);
    await phone.engine.takeHere();
    await settle();
    expect([agreed(phone), agreed(ann)]).toEqual([true, true]);
    expect(ann.view).toMatchObject({ stage: 'live', legacy: false });
    expect(ann.connection).not.toBe(before);
    expect(before.connectionState).toBe('closed');
  });

  it('leave a call where it is when it can not be taken, and let go of the microphone', async () => {
    await talk();
    const phone = new FakePage(exchange, clock, 'ben', 'ben-phone');
    exchange.greet(phone.socket);
    phone.socket.down = true;
    void phone.engine.takeHere();
    await settle();
    await clock.advance(20_000);
    expect(phone.view).toMatchObject({ stage: 'other-device', canRejoin: true, refused: 'timeout' });
    expect(phone.devices.running).toEqual([]);
    phone.engine.dismiss();
    expect(phone.view).toBeNull();
    expect(ben.stage).toBe('live');

    exchange.legacy = true;
    const tablet = new FakePage(exchange, clock, 'ben', 'ben-tablet');
    exchange.greet(tablet.socket);
    expect(tablet.view).toMatchObject({ stage: 'other-device', canRejoin: false });
  });

  it('of one device: one tab answers, the other only knows', async () => {
    const tab = fakeSeats();
    const [one, two] = [new FakePage(exchange, clock, 'cat', 'laptop', tab()), new FakePage(exchange, clock, 'cat', 'laptop', tab())];
    await ann.engine.start('cat', 'Cat', 'video');
    await settle();
    expect([one.stage, two.stage]).toEqual(['incoming', 'incoming']);
    await one.engine.accept(true);
    await settle();
    expect([one.stage, two.stage]).toEqual(['live', 'other-tab']);
    expect(two.devices.asked).toEqual([]);

    one.vanish();
    await clock.advance(7_000);
    expect(two.view?.canRejoin).toBe(true);
    await two.engine.rejoin();
    await settle();
    expect(two.stage).toBe('live');
    expect([agreed(two), agreed(ann)]).toEqual([true, true]);
  });
});

describe('a reload in mid-call', () => {
  test.each(['ann', 'ben'] as const)('of %s connects again with a fresh connection on both sides', async (who) => {
    await talk();
    const before = { ann: ann.connection, ben: ben.connection };
    if (who === 'ann') ann = ann.reload();
    else ben = ben.reload();
    await settle();
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect(ann.connection).not.toBe(before.ann);
    expect(ben.connection).not.toBe(before.ben);
    ann.connection.become('connected');
    expect(ann.view).toMatchObject({ stage: 'live', link: 'connected' });
    expect(who === 'ann' ? ann.connection.offers : ben.connection.offers).toBe(1);
  });

  it('of both at once agrees on one offer', async () => {
    await talk();
    [ann, ben] = [ann.reload(), ben.reload()];
    await settle();
    await clock.advance(6_000);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect(ann.connection.remoteDescription?.sdp).toContain(` ${ben.connection.session} `);
  });

  it('keeps the camera off that was off', async () => {
    await talk();
    await ann.engine.current?.toggleCamera();
    ann = ann.reload();
    await settle();
    expect(ann.devices.asked).toMatchObject([{ video: false }]);
  });

  it('while it rings goes on ringing', async () => {
    await ring();
    ann = ann.reload();
    await settle();
    expect(ann.stage).toBe('ringing');
    await ben.engine.accept(true);
    await settle();
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
  });
});

describe('the way to the server', () => {
  it('may lose an offer or an answer', async () => {
    exchange.lose.set('webrtc-offer', 1).set('webrtc-answer', 1);
    await ring();
    await ben.engine.accept(true);
    await settle();
    expect(agreed(ben)).toBe(false);
    await clock.advance(5_000); // the offer again, its answer is lost
    expect([agreed(ann), agreed(ben)]).toEqual([false, true]);
    await clock.advance(5_000); // the same offer again, the same answer
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect([ann.connection.offers, ben.connections.length]).toEqual([1, 1]);
  });

  it('that comes back too late does not ring the other for nobody', async () => {
    let through: (answer: unknown) => void = () => undefined;
    const emit = ann.socket.emitWithAck.bind(ann.socket);
    ann.socket.emitWithAck = async (event, payload) => {
      if (event !== 'webrtc-call-request') return emit(event, payload);
      await new Promise((resolve) => (through = resolve));
      return emit(event, payload);
    };
    void ann.engine.start('ben', 'Ben', 'audio');
    await clock.advance(11_000);
    expect(ann.view?.end).toMatchObject({ reason: 'refused', code: 'timeout' });
    through(undefined);
    await settle();
    expect(exchange.call).toBeUndefined();
    expect(ben.view?.end?.reason).toBe('missed');
  });

  it('that lost our leaving is told again', async () => {
    await talk();
    ann.socket.down = true;
    ann.engine.hangUp();
    ann.engine.dismiss();
    await settle();
    expect(exchange.call?.state).toBe('connected');
    ann.socket.down = false;
    exchange.greet(ann.socket);
    await settle();
    expect(exchange.call).toBeUndefined();
    expect([ann.view, ben.view?.end?.reason]).toEqual([null, 'completed']);
  });

  it('that knows nothing of the call ends it', async () => {
    await talk();
    ann.socket.fire('webrtc-call-error', { callId: 'another', code: 'call_not_found' });
    expect(ann.stage).toBe('live');
    ann.socket.fire('webrtc-call-error', { callId: ann.view?.callId, code: 'call_not_found' });
    expect(ann.view?.end?.reason).toBe('lost');
  });

  it('is shown when it is gone, and back', async () => {
    await talk();
    ann.socket.fire('disconnect', 'transport close');
    expect(ann.view?.online).toBe(false);
    exchange.greet(ann.socket);
    expect(ann.view).toMatchObject({ online: true, stage: 'live' });
  });

  it('that is away for 30 seconds leaves the media alone; back, the call goes on by its record, with fresh candidates', async () => {
    await talk();
    ann.socket.fire('disconnect', 'transport close');
    ann.socket.down = true;
    ann.connection.become('disconnected');
    await clock.advance(30_000);
    expect(ann.stage).toBe('live');
    expect(ann.devices.running).toEqual(['audio', 'video']);
    expect(ann.connection.offers).toBe(1);
    ann.socket.down = false;
    exchange.greet(ann.socket);
    await settle();
    expect([ann.connection.restarts, ann.connection.offers]).toEqual([1, 2]);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    expect([ann.connections.length, ben.connections.length]).toEqual([1, 1]);
    ann.connection.become('connected');
    expect(ann.view).toMatchObject({ stage: 'live', link: 'connected', online: true });
  });

  it('brings at its return that the call was ended meanwhile', async () => {
    await talk();
    ann.socket.fire('disconnect', 'transport close');
    ann.socket.down = true;
    ben.engine.hangUp();
    await clock.advance(20_000);
    expect(ann.stage).toBe('live');
    ann.socket.down = false;
    exchange.greet(ann.socket);
    expect(ann.view?.end?.reason).toBe('lost');
    expect(ann.devices.running).toEqual([]);
  });

  it('carries the wish of who did not offer first for a restart', async () => {
    await talk();
    ben.network.change('interface');
    await settle();
    expect([ann.connection.restarts, ben.connection.restarts]).toEqual([1, 0]);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
  });

  it('closed by our own side for good, as in signing out, ends the call', async () => {
    await talk();
    ann.socket.fire('disconnect', 'io client disconnect');
    await clock.advance(10_000);
    expect(ann.devices.running).toEqual([]);
    expect(ann.view?.end).toBeDefined();
  });
});

describe('a connection that gets weak', () => {
  let said = 0;
  const report = (fractionLost: number) => {
    said += 1;
    return [
      { id: 'r', type: 'remote-inbound-rtp', kind: 'video', fractionLost, timestamp: said },
      { id: 'p', type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.05, bytesSent: said * 1000, bytesReceived: said * 10 },
      { id: 'i', type: 'inbound-rtp', packetsReceived: said * 50, packetsLost: 0 },
    ];
  };
  const pass = async (seconds: number, fractionLost: number) => {
    for (let second = 0; second < seconds; second += 1) {
      ann.connection.stats = report(fractionLost);
      await clock.advance(1_000);
    }
  };

  it('costs sharpness, then the picture, and says each step; it comes back by itself, without another offer', async () => {
    await talk();
    const channel = ann.connection.channels[0];
    if (channel) channel.readyState = 'open';
    await pass(8, 0);
    await pass(3, 0.15);
    expect(ann.view).toMatchObject({ rung: 'small', step: { rung: 'small', up: false, why: 'loss' } });
    expect(ann.connection.sender('video')?.encoding).toMatchObject({ maxBitrate: 400_000, scaleResolutionDownBy: 2 });
    await pass(4, 0.15);
    expect(ann.view).toMatchObject({ rung: 'paused', camera: 'on' });
    expect(ann.connection.sender('video')?.encoding['active']).toBe(false);
    expect(channel?.sent.at(-1)).toBe('{"media":{"camera":true,"microphone":true,"paused":true,"quality":"good"}}');
    await pass(13, 0);
    expect(ann.view).toMatchObject({ rung: 'small', step: { up: true } });
    expect(ann.connection.sender('video')?.encoding['active']).toBe(true);
    expect(channel?.sent.at(-1)).toBe('{"media":{"camera":true,"microphone":true,"quality":"good"}}');
    expect(ann.connection.offers).toBe(1);
    await pass(9, 0.05);
    expect(ann.view?.step).toBeUndefined();
    expect(ann.deps.log.text()).toContain('ladder down to paused: loss');
  });

  it('climbs to all the lines of the camera without a word, where nothing is amiss', async () => {
    await talk();
    await pass(20, 0);
    expect(ann.view).toMatchObject({ rung: 'full', step: undefined });
    expect((ann.engine.current?.media.video as unknown as { lines: { now: number } }).lines.now).toBe(1080);
  });

  it('says to the other that the picture is paused', async () => {
    await talk();
    const channel = ann.connection.channels[0];
    channel?.onmessage?.({ data: '{"media":{"camera":true,"microphone":true,"paused":true}}' });
    expect(ann.view).toMatchObject({ remotePicture: false, remotePaused: true });
  });

  it('is spared by who saves data, from the moment on that they choose to', async () => {
    await talk();
    await pass(8, 0);
    ann.settings.dataSaver = true;
    await pass(2, 0);
    expect(ann.view).toMatchObject({ rung: 'small', step: { why: 'saver' } });
    expect(ann.connection.sender('video')?.encoding).toMatchObject({ maxBitrate: 250_000 });
  });

  it('is spared from both sides, where only the other saves data', async () => {
    await talk();
    const channel = ann.connection.channels[0];
    if (channel) channel.readyState = 'open';
    ann.settings.dataSaver = true;
    await pass(4, 0);
    expect(channel?.sent.at(-1)).toBe('{"media":{"camera":true,"microphone":true,"saving":true,"quality":"good"}}');
    ann.settings.dataSaver = false;
    await pass(14, 0);
    expect(channel?.sent.at(-1)).toBe('{"media":{"camera":true,"microphone":true,"quality":"good"}}');
    channel?.onmessage?.({ data: '{"media":{"camera":true,"microphone":true,"saving":true}}' });
    await pass(2, 0);
    expect(ann.view).toMatchObject({ rung: 'small', step: { why: 'saver' } });
  });

  it('is known of both sides', async () => {
    await talk();
    await pass(4, 0);
    expect(ann.view).toMatchObject({ quality: 'good', theirQuality: 'unknown' });
    const [channel] = ann.connection.channels;
    const say = (quality: string) => channel?.onmessage?.({ data: JSON.stringify({ media: { camera: true, microphone: true, quality } }) });
    say('weak');
    expect(ann.view).toMatchObject({ quality: 'good', theirQuality: 'weak' });
    say('superb');
    expect(ann.view?.theirQuality).toBe('unknown');
  });

  it('counts what it has used over a connection that was begun anew', async () => {
    await talk();
    said = 0;
    await pass(5, 0);
    expect(ann.view?.bytes).toEqual({ in: 50, out: 5_000 });
    ben = ben.reload();
    await settle();
    ann.connection.become('connected');
    said = 0;
    await pass(3, 0);
    expect(ann.view?.bytes).toEqual({ in: 80, out: 8_000 });
    ann.engine.hangUp();
    expect(ann.view?.end?.bytes).toEqual({ in: 80, out: 8_000 });
  });
});

describe('a person who hides their address', () => {
  beforeEach(() => {
    ann.settings.relayOnly = true;
  });

  it('goes by a relay alone', async () => {
    exchange.ice = { iceServers: [{ urls: ['stun:one', 'turn:one'] }] };
    ann = ann.reload();
    ann.settings.relayOnly = true;
    await talk();
    expect(ann.connection.config.iceTransportPolicy).toBe('relay');
    expect(ben.connection.config.iceTransportPolicy).toBe('all');
  });

  it('places no call and takes none where there is no relay, and is told why', async () => {
    await ring();
    expect(ann.view).toMatchObject({ stage: 'preparing', problem: { kind: 'no-relay' } });
    expect([ann.socket.sent, ann.devices.asked, ann.connections]).toEqual([[], [], []]);
    ann.engine.hangUp();
    await ben.engine.start('ann', 'Ann', 'audio');
    await settle();
    await ann.engine.accept(true);
    expect(ann.view).toMatchObject({ stage: 'answering', problem: { kind: 'no-relay' } });
    ann.settings.relayOnly = false;
    await ann.engine.retry();
    await settle();
    expect(ann.stage).toBe('live');
  });
});

describe('credentials that end in mid-call', () => {
  it('are renewed, and a call by a relay moves over to them', async () => {
    exchange.ice = { iceServers: [{ urls: 'turn:old' }], expiresAt: new Date(clock.now() + 600_000).toISOString() };
    ann = ann.reload();
    await talk();
    ann.connection.stats = [
      { id: 'p', type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: 'l' },
      { id: 'l', type: 'local-candidate', candidateType: 'relay' },
    ];
    exchange.ice = { iceServers: [{ urls: 'turn:new' }], expiresAt: new Date(clock.now() + 1_200_000).toISOString() };
    await clock.advance(530_000);
    expect([ann.connection.config.iceServers, ann.connection.restarts]).toEqual([[{ urls: 'turn:old' }], 0]);
    await clock.advance(20_000);
    expect([ann.connection.config.iceServers, ann.connection.restarts]).toEqual([[{ urls: 'turn:new' }], 1]);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
  });
});

describe('the log', () => {
  it('is there for who asks for it, with every address masked', async () => {
    await talk();
    expect(ann.engine.log).toBeUndefined();
    ann.debugging = true;
    ann.socket.fire('webrtc-ice-candidate', { callId: ann.view?.callId, candidate: { candidate: 'candidate:1 1 udp 1 203.0.113.9 4000 typ srflx' } });
    await settle();
    expect(ann.engine.log).toContain('candidate of theirs udp ipv4-1 4000 srflx');
    expect(ann.engine.log).toContain('link connected');
    expect(ann.engine.log).not.toContain('203.0.113.9');
  });
});

describe('devices', () => {
  it('are asked for before it rings, with a word before the browser asks', async () => {
    ann.devices.prompts.add('microphone');
    ann.devices.prompts.add('camera');
    const started = ann.engine.start('ben', 'Ben', 'video');
    await settle();
    expect(ann.view).toMatchObject({ stage: 'preparing', asking: ['microphone', 'camera'] });
    expect(ann.devices.asked).toEqual([]);
    await clock.advance(1_000);
    await started;
    // The browser has interrupted the person anyhow, so they look at themselves before it rings.
    expect(ann.view).toMatchObject({ stage: 'preparing', checking: true, camera: 'on' });
    await ann.engine.proceed();
    expect(ann.stage).toBe('ringing');
    expect(ann.devices.asked).toHaveLength(1);
  });

  test.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'unknown'],
  ])('that fail with %s stop the call before it rings; a second try goes on', async (error, kind) => {
    ann.devices.errors = { audio: error, video: error };
    await ring();
    expect(ann.view).toMatchObject({ stage: 'preparing', problem: { kind, device: 'microphone' } });
    expect(ann.socket.sent).toEqual([]);
    ann.devices.errors = {};
    await ann.engine.retry();
    await settle();
    expect([ann.stage, ben.stage]).toEqual(['ringing', 'incoming']);
  });

  test.each([
    ['NotFoundError', 'missing'],
    ['NotAllowedError', 'denied'],
    ['NotReadableError', 'busy'],
  ])('without a camera (%s) a video call goes on by voice, with a note', async (error, kind) => {
    ann.devices.errors = { video: error };
    await talk();
    expect(ann.view).toMatchObject({ stage: 'live', camera: 'off', note: { kind, device: 'camera' } });
  });

  it('are not there on an insecure page', async () => {
    const page = new FakePage(exchange, clock, 'cat', 'cat-1', undefined, false);
    await page.engine.start('ben', 'Ben', 'audio');
    expect(page.view?.problem?.kind).toBe('insecure');
    page.engine.hangUp();
    expect(page.view).toBeNull();
  });

  it('that come after the call was left are let go at once', async () => {
    let open: () => void = () => undefined;
    ann.devices.gate = new Promise((resolve) => (open = resolve));
    const started = ann.engine.start('ben', 'Ben', 'video');
    await settle();
    ann.engine.hangUp();
    open();
    await started;
    await settle();
    expect(ann.devices.running).toEqual([]);
    expect(ann.socket.count('webrtc-call-request')).toBe(0);
  });

  it('while the answer waits for a permission, a cancelled call is missed', async () => {
    ben.devices.errors = { audio: 'NotAllowedError', video: 'NotAllowedError' };
    await ring();
    await ben.engine.accept(true);
    expect(ben.view).toMatchObject({ stage: 'answering', problem: { kind: 'denied' } });
    ann.engine.hangUp();
    await settle();
    expect(ben.view?.end?.reason).toBe('missed');
  });

  it('that are there and allowed keep nobody waiting: the answer goes out while they open', async () => {
    await ring();
    let open = () => {};
    ben.devices.gate = new Promise((done) => (open = done));
    const accepted = ben.engine.accept(true);
    await settle();
    expect([ann.stage, ben.stage, ben.view?.camera]).toEqual(['live', 'live', 'off']);
    expect([agreed(ann), agreed(ben)]).toEqual([true, true]);
    open();
    await accepted;
    expect(ben.view).toMatchObject({ camera: 'on', microphone: 'on' });
    for (const kind of ['audio', 'video'] as const) expect(ben.connection.sender(kind)?.track?.readyState).toBe('live');
  });

  it('that fail all the same leave the call with the other’s voice, and a note', async () => {
    await ring();
    ben.devices.errors = { audio: 'NotReadableError', video: 'NotReadableError' };
    await ben.engine.accept(true);
    await settle();
    expect(ben.view).toMatchObject({ stage: 'live', microphone: 'none', problem: undefined, note: { kind: 'busy', device: 'microphone' } });
    ben.devices.errors = {};
    await ben.engine.current?.toggleMicrophone();
    expect(ben.connection.sender('audio')?.track?.readyState).toBe('live');
  });

  it.each(['an old client', 'a browser that will ask', 'no device of the kind'])('are open before the answer with %s', async (why) => {
    exchange.legacy = why === 'an old client';
    if (why === 'a browser that will ask') ben.devices.prompts.add('camera');
    if (why === 'no device of the kind') ben.devices.plugged = [];
    await ring();
    ben.devices.gate = new Promise(() => undefined);
    void ben.engine.accept(true);
    await clock.advance(1_000);
    expect([ann.stage, ben.stage]).toEqual(['ringing', 'answering']);
  });
});
