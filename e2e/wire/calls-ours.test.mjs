// Calls as our own client makes them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answer, calls, candidate, come, connected, lastCall, offer, state } from './call.mjs';
import { Practice, fixture, keys } from './support.mjs';

let practice, tom, ida, maya, otto;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
  otto = await practice.person('Otto', 'dietician');
});
after(() => practice?.close());

const close = (...lines) => lines.forEach((line) => line.close());

describe('a call', () => {
  it('rings, is accepted, connects, is hung up, and leaves one entry', async () => {
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    assert.deepEqual(await to.next('call'), await fixture('call-snapshot-none'));

    const placed = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    assert.deepEqual(keys(placed), ['callId', 'expiresAt', 'iceServers']);
    const { callId } = placed;
    const ringing = await state(to, callId, 'ringing');
    assert.deepEqual(keys(ringing), keys(await fixture('call-snapshot-ringing')));
    assert.deepEqual([ringing.direction, ringing.here, ringing.legacy, ringing.callType], ['incoming', false, false, 'video']);
    assert.deepEqual(ringing.parties, [
      { userId: maya.id, name: 'Maya', role: 'caller' },
      { userId: tom.id, name: 'Tom', role: 'callee' },
    ]);
    assert.ok(ringing.expiresInMs > 40_000 && ringing.expiresInMs <= 45_000);
    const ring = await to.next('webrtc-call-request');
    assert.deepEqual([ring.callerId, ring.callerName, ring.callType, ring.callId], [maya.id, 'Maya', 'video', callId]);
    const outgoing = await state(from, callId, 'ringing');
    assert.deepEqual([outgoing.direction, outgoing.here], ['outgoing', true]);

    const accepted = await to.ask('webrtc-call-response', { callId, callerId: maya.id, accepted: true, callType: 'audio' });
    assert.deepEqual(keys(accepted), ['callId', 'expiresAt', 'iceServers']);
    assert.equal(accepted.callId, callId);
    const connecting = await state(from, callId, 'connecting');
    assert.deepEqual(keys(connecting), keys(await fixture('call-snapshot-connecting')));
    assert.deepEqual([connecting.peerCallType, connecting.here, connecting.legacy], ['audio', true, false]);
    const response = await from.next('webrtc-call-response');
    assert.deepEqual([response.accepted, response.responderId, response.callId], [true, tom.id, callId]);

    await from.ask('webrtc-offer', { callId, targetUserId: tom.id, offer: offer() });
    await from.ask('webrtc-ice-candidate', { callId, targetUserId: tom.id, candidate: candidate('offr') });
    const offered = await to.next('webrtc-offer');
    assert.deepEqual(keys(offered), keys(await fixture('webrtc-offer')));
    assert.deepEqual([offered.offer, offered.senderId, offered.senderName], [offer(), maya.id, 'Maya']);
    assert.deepEqual((await to.next('webrtc-ice-candidate')).candidate, candidate('offr'));

    await to.ask('webrtc-answer', { callId, targetUserId: maya.id, answer: answer() });
    await to.ask('webrtc-ice-candidate', { callId, targetUserId: maya.id, candidate: null });
    assert.deepEqual((await from.next('webrtc-answer')).answer, answer());
    assert.equal((await from.next('webrtc-ice-candidate')).candidate, null);
    const live = await state(to, callId, 'connected');
    assert.deepEqual(keys(live), keys(await fixture('call-snapshot-connected')));

    await from.ask('webrtc-end-call', { callId, targetUserId: tom.id, reason: 'hung-up' });
    const ended = await state(to, callId, 'ended');
    assert.deepEqual(keys(ended), keys(await fixture('call-snapshot-ended')));
    assert.equal(ended.outcome, 'completed');
    assert.deepEqual(await to.next('webrtc-end-call'), { callId, version: ended.version, senderId: maya.id, senderName: 'Maya', reason: 'hung-up' });
    for (const line of [from, to]) {
      const entry = await line.next('entry', ({ kind }) => kind === 'call');
      assert.deepEqual(keys(entry), keys(await fixture('entry-call')));
      assert.deepEqual([entry.call.callId, entry.call.outcome, entry.senderId], [callId, 'completed', maya.id]);
      assert.equal(entry.call.durationMs, ended.durationMs);
      const versions = line.all('call').filter((one) => one.callId).map((one) => one.version);
      assert.deepEqual(versions, [...versions].sort((a, b) => a - b), 'versions only grow');
      await line.settled();
      assert.equal(line.all('entry').length, 1);
    }
    assert.equal((await calls(practice, tom, maya)).length, 1);
    close(from, to);
  });

  it('keeps what is offered early for who accepts later', async () => {
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    await from.ask('webrtc-offer', { callId, targetUserId: tom.id, offer: offer() });
    await from.ask('webrtc-ice-candidate', { callId, targetUserId: tom.id, candidate: candidate('offr') });
    await to.settled();
    assert.equal(to.all('webrtc-offer').length + to.all('webrtc-ice-candidate').length, 0);
    await to.ask('webrtc-call-response', { callId, callerId: maya.id, accepted: true });
    await to.next('webrtc-ice-candidate');
    const order = to.got.map(({ event }) => event).filter((event) => event.startsWith('webrtc-'));
    assert.deepEqual(order, ['webrtc-call-request', 'webrtc-offer', 'webrtc-ice-candidate']);
    await to.ask('webrtc-end-call', { callId });
    close(from, to);
  });

  it('is answered on one device and stops ringing on the other', async () => {
    const [from, laptop, phone] = await Promise.all([
      come(practice, maya),
      come(practice, tom),
      come(practice, tom, { device: 'phone' }),
    ]);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'audio' });
    await Promise.all([laptop, phone].map((line) => line.next('webrtc-call-request')));
    await phone.ask('webrtc-call-response', { callId, callerId: maya.id, accepted: true });
    assert.equal((await state(phone, callId, 'connecting')).here, true);
    assert.equal((await state(laptop, callId, 'connecting')).here, false);
    assert.equal((await laptop.next('webrtc-end-call')).reason, 'elsewhere');
    await from.ask('webrtc-offer', { callId, targetUserId: tom.id, offer: offer() });
    await phone.next('webrtc-offer');
    await laptop.settled();
    assert.equal(laptop.all('webrtc-offer').length, 0);
    const late = await laptop.ask('webrtc-answer', { callId, targetUserId: maya.id, answer: answer() });
    assert.equal(late.code, 'call_not_found');
    await from.ask('webrtc-end-call', { callId });
    close(from, laptop, phone);
  });

  it('is declined on one device and stops ringing on both', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [from, laptop, phone] = await Promise.all([
      come(practice, maya),
      come(practice, tom),
      come(practice, tom, { device: 'phone' }),
    ]);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    await laptop.next('webrtc-call-request');
    await laptop.ask('webrtc-call-response', { callId, callerId: maya.id, accepted: false, reason: 'declined' });
    const response = await from.next('webrtc-call-response');
    assert.deepEqual([response.accepted, response.reason], [false, 'declined']);
    for (const line of [from, laptop, phone]) assert.equal((await state(line, callId, 'ended')).outcome, 'declined');
    assert.equal((await phone.next('webrtc-end-call')).reason, 'declined');
    assert.equal((await lastCall(practice, tom, maya, before)).outcome, 'declined');
    close(from, laptop, phone);
  });

  it('is cancelled by who made it, and missed', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    await from.ask('webrtc-end-call', { callId, targetUserId: tom.id });
    assert.equal((await state(to, callId, 'ended')).outcome, 'missed');
    assert.equal((await to.next('webrtc-end-call')).reason, 'cancelled');
    assert.deepEqual(await lastCall(practice, tom, maya, before), { callId, callType: 'video', outcome: 'missed', durationMs: 0 });
    const late = await to.ask('webrtc-call-response', { callId, callerId: maya.id, accepted: true });
    assert.deepEqual([late.code, late.callId], ['call_not_found', callId]);
    close(from, to);
  });

  it('finds the other busy, and who calls busy themself', async () => {
    const [from, to, third] = await Promise.all([come(practice, maya), come(practice, tom), come(practice, otto)]);
    const callId = await connected(from, to);
    const busy = await third.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    assert.deepEqual([busy.code, busy.targetUserId], ['call_busy', tom.id]);
    const entry = await to.next('entry', ({ senderId }) => senderId === otto.id);
    assert.equal(entry.call.outcome, 'missed');
    assert.equal((await from.ask('webrtc-call-request', { targetUserId: ida.id, callType: 'video' })).code, 'call_already');
    assert.equal((await calls(practice, maya, ida)).length, 0);
    await from.ask('webrtc-end-call', { callId });
    close(from, to, third);
  });

  it('finds nobody there, and is missed all the same', async () => {
    const from = await come(practice, otto);
    const before = (await calls(practice, otto, ida)).length;
    const refused = await from.ask('webrtc-call-request', { targetUserId: ida.id, callType: 'audio' });
    assert.equal(refused.code, 'call_offline');
    const missed = await lastCall(practice, ida, otto, before);
    assert.deepEqual([missed.outcome, missed.callType], ['missed', 'audio']);
    const { body } = await practice.get(ida, '/api/inbox');
    assert.equal(body.conversations.find((one) => one.other._id === otto.id).unread, 1);
    close(from);
  });

  it('goes on with another device of the one who asks, and with nobody else', async () => {
    const [from, laptop, phone, stranger] = await Promise.all([
      come(practice, maya),
      come(practice, tom),
      come(practice, tom, { device: 'phone' }),
      come(practice, otto),
    ]);
    const callId = await connected(from, laptop);
    assert.equal((await stranger.ask('webrtc-call-move', { callId })).code, 'call_not_found');
    const moved = await phone.ask('webrtc-call-move', { callId });
    assert.equal(moved.callId, callId);
    assert.ok(Array.isArray(moved.iceServers));
    await phone.next('call', (snapshot) => snapshot.callId === callId && snapshot.here);
    await laptop.next('call', (snapshot) => snapshot.callId === callId && snapshot.state === 'connected' && !snapshot.here);
    assert.equal((await laptop.next('webrtc-end-call')).reason, 'elsewhere');
    const late = await laptop.ask('webrtc-offer', { callId, targetUserId: maya.id, offer: offer('late') });
    assert.equal(late.code, 'call_already');
    await phone.ask('webrtc-offer', { callId, targetUserId: maya.id, offer: offer('tablet') });
    assert.deepEqual((await from.next('webrtc-offer')).offer, offer('tablet'));
    await from.ask('webrtc-answer', { callId, targetUserId: tom.id, answer: answer() });
    await phone.next('webrtc-answer');
    await laptop.settled();
    assert.deepEqual(laptop.all('webrtc-answer'), []);
    await phone.ask('webrtc-end-call', { callId });
    close(from, laptop, phone, stranger);
  });

  it('is for contacts alone', async () => {
    const [from, to] = await Promise.all([come(practice, tom), come(practice, ida)]);
    for (const targetUserId of [ida.id, tom.id, '0'.repeat(24)]) {
      const refused = await from.ask('webrtc-call-request', { targetUserId, callType: 'video' });
      assert.equal(refused.code, 'contact_not_allowed');
      from.tell('webrtc-offer', { targetUserId, offer: offer() });
      assert.equal((await from.next('webrtc-call-error', (one) => one.targetUserId === targetUserId)).code, 'contact_not_allowed');
    }
    await to.settled();
    assert.deepEqual(to.got.filter(({ event }) => event !== 'call' && event !== 'presence'), []);
    close(from, to);
  });

  it('is one where both call at once', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [left, right] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const [one, other] = await Promise.all([
      left.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' }),
      right.ask('webrtc-call-request', { targetUserId: maya.id, callType: 'audio' }),
    ]);
    assert.ok(one.callId, JSON.stringify(one));
    assert.equal(one.callId, other.callId);
    const seen = await Promise.all([left, right].map((line) => state(line, one.callId, 'connecting')));
    assert.ok(seen.every((snapshot) => snapshot.here));
    const caller = seen[0].direction === 'outgoing' ? left : right;
    const mine = caller === left ? 'audio' : 'video';
    assert.equal(seen[0].peerCallType, mine, 'the later request says what its caller sends');
    await caller.ask('webrtc-end-call', { callId: one.callId });
    await lastCall(practice, tom, maya, before);
    close(left, right);
  });
});

describe('what does not fit', () => {
  it('is answered, and the socket stays', async () => {
    const line = await come(practice, tom);
    const events = ['request', 'response'].map((name) => `webrtc-call-${name}`);
    events.push('webrtc-offer', 'webrtc-answer', 'webrtc-ice-candidate');
    for (const event of events) {
      for (const payload of [undefined, null, 7, 'video', [], {}, { targetUserId: 'x', callerId: 'x' }]) {
        const said = await line.ask(event, ...(payload === undefined ? [] : [payload]));
        assert.equal(said.code, 'bad_request', `${event} ${JSON.stringify(payload)}`);
        assert.ok(said.error);
      }
      line.clear();
      line.tell(event, 'nonsense');
      assert.equal((await line.next('webrtc-call-error')).code, 'bad_request', event);
    }
    for (const payload of [7, 'bye', { targetUserId: 7 }]) {
      assert.equal((await line.ask('webrtc-end-call', payload)).code, 'bad_request');
    }
    assert.deepEqual(await line.ask('webrtc-end-call'), {}, 'ends nothing where there is nothing');
    assert.equal((await line.ask('webrtc-unheard-of', {})).code, 'unknown_event');
    const late = await line.ask('webrtc-offer', { callId: 'f'.repeat(24), targetUserId: maya.id, offer: offer() });
    assert.equal(late.code, 'call_not_found');
    close(line);
  });

  it('is too large', async () => {
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const callId = await connected(from, to);
    const sized = (length) => ({ type: 'offer', sdp: 'v=0\r\n'.padEnd(length, 'a') });
    const send = (length) => from.ask('webrtc-offer', { callId, targetUserId: tom.id, offer: sized(length) });
    assert.equal((await send(65_537)).code, 'too_large');
    assert.deepEqual(await send(65_536), { callId });
    const long = { candidate: 'c'.repeat(4096) };
    assert.equal((await from.ask('webrtc-ice-candidate', { callId, targetUserId: tom.id, candidate: long })).code, 'too_large');
    await from.ask('webrtc-end-call', { callId });
    close(from, to);
  });

  it('is one candidate too many', async () => {
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const callId = await connected(from, to);
    const send = (n) => from.ask('webrtc-ice-candidate', { callId, targetUserId: tom.id, candidate: candidate('offr', n) });
    const said = await Promise.all(Array.from({ length: 270 }, (_, n) => send(n)));
    assert.equal(said.filter(({ code }) => code === 'call_too_many_candidates').length, 1, 'said once');
    await to.settled();
    assert.equal(to.all('webrtc-ice-candidate').length, 256);
    await from.ask('webrtc-end-call', { callId });
    close(from, to);
  });

  it('is said as somebody else', async () => {
    const line = await come(practice, tom);
    const said = await line.ask('webrtc-call-request', { targetUserId: maya.id, callType: 'video', callerId: otto.id });
    assert.equal(said.code, 'sender_mismatch');
    close(line);
  });
});

describe('by REST', () => {
  it('has the servers that help to connect, for who is signed in', async () => {
    for (const role of ['web', 'calls']) {
      assert.equal((await practice.get(null, '/api/ice-servers', role)).status, 401);
      const { status, body } = await practice.get(tom, '/api/ice-servers', role);
      assert.equal(status, 200);
      assert.deepEqual(body.iceServers, []);
      assert.ok(Date.parse(body.expiresAt) > Date.now());
    }
  });
});
