// What becomes of calls when time passes, connections go, or the server does.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { answer, calls, come, connected, lastCall, offer, page, state } from './call.mjs';
import { Practice, refusal } from './support.mjs';

const open = [];
after(() => Promise.all(open.map((practice) => practice.close())));

async function practiceWith(env) {
  const practice = await Practice.open(env);
  open.push(practice);
  const tom = await practice.person('Tom', 'patient');
  const maya = await practice.person('Maya', 'dietician');
  return { practice, tom, maya };
}

describe('a connection that is lost', () => {
  it('may come back, and the call goes on', async () => {
    const { practice, tom, maya } = await practiceWith();
    const [from, gone] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const callId = await connected(from, gone);
    gone.close();
    const back = await come(practice, tom);
    const snapshot = await back.next('call');
    assert.deepEqual([snapshot.callId, snapshot.state, snapshot.here], [callId, 'connected', true]);
    await back.ask('webrtc-offer', { callId, targetUserId: maya.id, offer: offer('back') });
    assert.deepEqual((await from.next('webrtc-offer')).offer, offer('back'));
    await from.ask('webrtc-answer', { callId, targetUserId: tom.id, answer: answer('back') });
    assert.deepEqual((await back.next('webrtc-answer')).answer, answer('back'));
    assert.deepEqual(from.all('webrtc-end-call'), []);
    await back.ask('webrtc-end-call', { callId });
    assert.equal((await state(from, callId, 'ended')).outcome, 'completed');
    assert.equal((await calls(practice, tom, maya)).length, 1);
  });

  it('ends the call when it stays away, as does the window that carried an old one', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_CALL_GRACE_SECONDS: '1' });
    const [from, gone] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const callId = await connected(from, gone);
    gone.close();
    assert.equal((await state(from, callId, 'ended')).outcome, 'failed');
    assert.equal((await from.next('webrtc-end-call')).reason, 'lost');
    await lastCall(practice, tom, maya, 0);

    from.clear();
    const [main, window] = await Promise.all([page(practice, tom), page(practice, tom)]);
    const { callId: second } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    await main.next('webrtc-call-request');
    main.tell('webrtc-call-response', { callerId: maya.id, accepted: true });
    await state(from, second, 'connecting');
    await from.ask('webrtc-offer', { callId: second, targetUserId: tom.id, offer: offer() });
    await window.next('webrtc-offer');
    window.tell('webrtc-answer', { targetUserId: maya.id, answer: answer() });
    await state(from, second, 'connected');
    window.close();
    assert.equal((await state(from, second, 'ended')).outcome, 'failed');
    await main.next('webrtc-end-call');
    await lastCall(practice, tom, maya, 1);
  });
});

describe('a call that nobody answers', () => {
  it('is missed at its deadline, on every device at once', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_CALL_RING_SECONDS: '1' });
    const lines = await Promise.all([come(practice, maya), come(practice, tom), come(practice, tom, { device: 'phone' })]);
    const [from, laptop, phone] = lines;
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    for (const line of lines) assert.equal((await state(line, callId, 'ended')).outcome, 'missed');
    for (const line of [laptop, phone, from]) assert.equal((await line.next('webrtc-end-call')).reason, 'no-answer');
    const entry = await laptop.next('entry');
    assert.deepEqual([entry.call.outcome, entry.call.durationMs, entry.isRead], ['missed', 0, false]);
    const { body } = await practice.get(tom, '/api/inbox');
    assert.equal(body.conversations[0].unread, 1);
    assert.equal((await practice.get(maya, '/api/inbox')).body.conversations[0].unread, 0);
  });

  it('reached an old page that is told the same', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_CALL_RING_SECONDS: '1' });
    const [from, main] = await Promise.all([page(practice, maya), page(practice, tom)]);
    from.tell('webrtc-offer', { targetUserId: tom.id, offer: offer() });
    await main.next('webrtc-call-request');
    await Promise.all([from, main].map((line) => line.next('webrtc-end-call')));
    assert.equal((await lastCall(practice, tom, maya, 0)).outcome, 'missed');
  });
});

describe('a server that goes and comes back', () => {
  for (const signal of ['SIGKILL', 'SIGTERM']) {
    it(`by ${signal} in a call finds the call again`, async () => {
      const { practice, tom, maya } = await practiceWith();
      const lines = await Promise.all([come(practice, maya), come(practice, tom)]);
      const callId = await connected(...lines);
      const version = (await state(lines[0], callId, 'connected')).version;
      await practice.end(signal);
      await practice.boot();
      const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
      for (const line of [from, to]) {
        const snapshot = await line.next('call');
        assert.deepEqual([snapshot.callId, snapshot.state, snapshot.here], [callId, 'connected', true]);
        assert.ok(snapshot.version > version);
      }
      const other = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
      assert.equal(other.code, 'call_already', 'the seats are still taken');
      await from.ask('webrtc-offer', { callId, targetUserId: tom.id, offer: offer('back') });
      await to.next('webrtc-offer');
      await to.ask('webrtc-end-call', { callId });
      assert.equal((await state(from, callId, 'ended')).outcome, 'completed');
      assert.equal((await calls(practice, tom, maya)).length, 1);
    });
  }

  it('ends the call of those who do not come back, with one entry', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_CALL_GRACE_SECONDS: '1' });
    const lines = await Promise.all([come(practice, maya), come(practice, tom)]);
    const callId = await connected(...lines);
    await practice.end('SIGKILL');
    await practice.boot();
    const from = await come(practice, maya);
    assert.equal((await state(from, callId, 'ended')).outcome, 'failed');
    assert.equal((await lastCall(practice, tom, maya, 0)).callId, callId);
    await come(practice, tom);
    const again = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    assert.ok(again.callId, 'nobody is busy any more');
  });

  it('ends a ring that nobody waits for any more', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_CALL_RING_SECONDS: '2' });
    const [from] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    await practice.end('SIGKILL');
    await practice.boot();
    const to = await come(practice, tom);
    await to.next('webrtc-call-request', (ring) => ring.callId === callId);
    assert.equal((await state(to, callId, 'ended')).outcome, 'missed');
    await lastCall(practice, tom, maya, 0);
  });
});

describe('who may not go on', () => {
  it('is put out of the call at once', async () => {
    const { practice, tom, maya } = await practiceWith();
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const callId = await connected(from, to);
    await practice.cli('user', 'disable', tom.email);
    assert.equal((await state(from, callId, 'ended')).outcome, 'completed');
    assert.equal((await from.next('webrtc-end-call')).reason, 'ended');
    await to.next('disconnect');
    const refused = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    assert.equal(refused.code, 'contact_not_allowed');
  });

  it('rings the same person three times a minute and no more', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_LIMITS: 'on' });
    const from = await come(practice, maya);
    const ring = () => from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    for (let n = 0; n < 3; n += 1) assert.equal((await ring()).code, 'call_offline');
    const refused = await ring();
    assert.equal(refused.code, 'rate_limited');
    assert.ok(refused.retryAfterMs > 50_000 && refused.retryAfterMs <= 60_000);
    assert.equal((await calls(practice, tom, maya)).length, 3);
  });
});

describe('clients without a token', () => {
  it('are let in where the practice has asked for it, on the calls listeners alone', async () => {
    const { practice, tom, maya } = await practiceWith({ MOODBITES_TRUST_LEGACY_IDENTITY: '1' });
    const root = await practice.person('Root', 'admin');
    const bare = (person, role = 'calls') =>
      practice.connect(person, { role, auth: {}, query: { userId: person.id, userName: 'Whoever' } });
    const [from, to] = await Promise.all([bare(maya), bare(tom)]);
    await Promise.all([from.settled(), to.settled()]);
    from.tell('webrtc-offer', { targetUserId: tom.id, offer: offer() });
    assert.equal((await to.next('webrtc-call-request')).callerName, 'Maya', 'as the server knows them');
    for (const role of ['web', 'chat']) assert.equal(await refusal(bare(tom, role)), 'unauthenticated');
    assert.equal(await refusal(bare(root)), 'unauthenticated');
    assert.equal(await refusal(bare({ id: 'f'.repeat(24) })), 'unauthenticated');
  });

  it('are not otherwise', async () => {
    const { practice, tom } = await practiceWith();
    assert.equal(await refusal(practice.connect(tom, { role: 'calls', auth: {}, query: { userId: tom.id } })), 'unauthenticated');
  });
});
