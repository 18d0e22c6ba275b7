// Calls as existing clients make them: a page with two or three connections, which no device id holds together.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answer, calls, candidate, come, lastCall, offer, page, state } from './call.mjs';
import { Practice, fixture, keys } from './support.mjs';

let practice, tom, maya, ida, otto;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
  otto = await practice.person('Otto', 'dietician');
});
after(() => practice?.close());

const close = (...lines) => lines.forEach((line) => line.close());
const pages = (person, count = 2) => Promise.all(Array.from({ length: count }, () => page(practice, person)));

/** Says something as old clients do, without asking for an acknowledgement, and waits until it is done. */
const say = (line, event, ...payload) => {
  line.tell(event, ...payload);
  return line.settled();
};
const nothing = async (event, ...lines) => {
  await Promise.all(lines.map((line) => line.settled()));
  for (const line of lines) assert.deepEqual(line.all(event), [], `${event} to ${line.person.name}`);
};

describe('old to old', () => {
  it('calls by an offer, which rings, is kept, and reaches the window that opens later', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [chat, from] = await pages(maya);
    const [main, second] = await pages(tom);
    await say(from, 'webrtc-offer', { targetUserId: tom.id, offer: offer() });
    await say(from, 'webrtc-ice-candidate', { targetUserId: tom.id, candidate: candidate('offr', 1) });
    await say(from, 'webrtc-ice-candidate', { targetUserId: tom.id, candidate: candidate('gone', 2) });
    for (const line of [main, second]) {
      const ring = await line.next('webrtc-call-request');
      assert.deepEqual(keys(ring), keys(await fixture('old-webrtc-call-request')).filter((key) => key !== 'roomId'));
      assert.deepEqual([ring.callerId, ring.callerName, ring.callType], [maya.id, 'Maya', 'video']);
    }
    await nothing('webrtc-offer', main, second);
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: true });
    const window = await page(practice, tom);
    assert.deepEqual((await window.next('webrtc-offer')).offer, offer());
    assert.deepEqual(keys(window.all('webrtc-offer')[0]), keys(await fixture('old-webrtc-offer')));
    await nothing('webrtc-call-response', chat, from);
    const kept = window.all('webrtc-ice-candidate').map((one) => one.candidate);
    assert.deepEqual(kept, [candidate('offr', 1)], 'only those of the offer');

    await say(window, 'webrtc-answer', { targetUserId: maya.id, answer: answer() });
    await say(window, 'webrtc-ice-candidate', { targetUserId: maya.id, candidate: candidate('answ') });
    const answered = await from.next('webrtc-answer');
    assert.deepEqual(answered.answer, answer());
    assert.deepEqual(keys(answered), keys(await fixture('old-webrtc-answer')));
    assert.deepEqual(keys(await from.next('webrtc-ice-candidate')), keys(await fixture('old-webrtc-ice-candidate')));
    await say(main, 'webrtc-answer', { targetUserId: maya.id, answer: answer('late') });
    await from.settled();
    assert.equal(from.all('webrtc-answer').length, 1, 'the first answer alone');

    await say(from, 'webrtc-end-call', { targetUserId: tom.id });
    const ended = await window.next('webrtc-end-call');
    assert.deepEqual(keys(ended), keys(await fixture('old-webrtc-end-call')));
    assert.deepEqual([ended.senderId, ended.senderName], [maya.id, 'Maya']);
    await say(window, 'webrtc-end-call', { targetUserId: maya.id });
    assert.equal((await lastCall(practice, tom, maya, before)).outcome, 'completed');
    await nothing('call', chat, from, main, second, window);
    close(chat, from, main, second, window);
  });

  it('calls by a request, and offers once the other has accepted', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [asking, offering] = await pages(maya);
    const [main] = await pages(tom, 1);
    await say(asking, 'webrtc-call-request', { responderId: tom.id, callType: 'audio', roomId: 'room-7' });
    const ring = await main.next('webrtc-call-request');
    assert.deepEqual(keys(ring), keys(await fixture('old-webrtc-call-request')));
    assert.deepEqual([ring.callType, ring.roomId], ['audio', 'room-7']);
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: true });
    const response = await asking.next('webrtc-call-response');
    assert.deepEqual(keys(response), keys(await fixture('old-webrtc-call-response')));
    assert.deepEqual([response.accepted, response.responderId, response.responderName], [true, tom.id, 'Tom']);
    await say(offering, 'webrtc-offer', { targetUserId: tom.id, offer: offer('offr', { video: false }) });
    const window = await page(practice, tom);
    await window.next('webrtc-offer');
    await say(window, 'webrtc-answer', { targetUserId: maya.id, answer: answer() });
    await offering.next('webrtc-answer');
    await say(window, 'webrtc-end-call');
    await offering.next('webrtc-end-call');
    assert.deepEqual((await lastCall(practice, tom, maya, before)).callType, 'audio');
    close(asking, offering, main, window);
  });

  it('declines', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [from] = await pages(maya, 1);
    const [main, second] = await pages(tom);
    await say(from, 'webrtc-offer', { targetUserId: tom.id, offer: offer() });
    await main.next('webrtc-call-request');
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: false, reason: 'declined' });
    const response = await from.next('webrtc-call-response');
    assert.deepEqual(keys(response), keys(await fixture('old-webrtc-call-response-declined')));
    assert.equal(response.accepted, false);
    await second.next('webrtc-end-call');
    await nothing('webrtc-offer', main, second);
    assert.equal((await lastCall(practice, tom, maya, before)).outcome, 'declined');
    close(from, main, second);
  });

  it('is missed when the dialog closes by itself and nobody else rings', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [from] = await pages(maya, 1);
    const [main] = await pages(tom, 1);
    await say(from, 'webrtc-offer', { targetUserId: tom.id, offer: offer() });
    await main.next('webrtc-call-request');
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: false, reason: 'timeout' });
    await from.next('webrtc-end-call');
    assert.equal((await lastCall(practice, tom, maya, before)).outcome, 'missed');
    close(from, main);
  });

  it('rings again when the page is reloaded', async () => {
    const [from] = await pages(maya, 1);
    const [main] = await pages(tom, 1);
    await say(from, 'webrtc-offer', { targetUserId: tom.id, offer: offer() });
    const { callId } = await main.next('webrtc-call-request');
    const second = await page(practice, tom);
    await nothing('webrtc-call-request', second);
    main.close();
    assert.equal((await second.next('webrtc-call-request')).callId, callId);
    await say(from, 'webrtc-end-call', { targetUserId: tom.id });
    await second.next('webrtc-end-call');
    close(from, second);
  });

  it('ends by a late goodbye neither the next call nor that of another window', async () => {
    const [from] = await pages(maya, 1);
    const [main, window] = await pages(tom);
    await say(from, 'webrtc-offer', { targetUserId: tom.id, offer: offer() });
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: true });
    await say(window, 'webrtc-answer', { targetUserId: maya.id, answer: answer() });
    await say(from, 'webrtc-end-call', { targetUserId: tom.id });
    await window.next('webrtc-end-call');

    await say(from, 'webrtc-offer', { targetUserId: tom.id, offer: offer('next') });
    await main.count('webrtc-call-request', 2);
    from.clear();
    await say(window, 'webrtc-end-call', { targetUserId: maya.id });
    await say(window, 'webrtc-end-call');
    await nothing('webrtc-end-call', from);
    await nothing('webrtc-call-response', from);
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: false });
    assert.equal((await from.next('webrtc-call-response')).accepted, false);
    close(from, main, window);
  });

  it('is told by an event what can not be', async () => {
    const [from] = await pages(tom, 1);
    await say(from, 'webrtc-offer', { targetUserId: ida.id, offer: offer() });
    const error = await from.next('webrtc-call-error');
    assert.deepEqual([error.code, error.targetUserId], ['contact_not_allowed', ida.id]);
    assert.ok(error.error);
    from.clear();
    assert.equal((await from.ask('webrtc-call-request', { responderId: otto.id, callType: 'video' })).code, 'call_offline');
    assert.equal((await from.next('webrtc-call-error')).code, 'call_offline', 'the acknowledgement is new to it');
    from.clear();
    await say(from, 'webrtc-offer', 'nonsense');
    assert.equal((await from.next('webrtc-call-error')).code, 'bad_request');
    assert.equal(from.all('webrtc-call-error').length, 1);
    close(from);
  });
});

describe('old and new', () => {
  it('an old page calls one of ours', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const [chat, from] = await pages(tom);
    const to = await come(practice, maya);
    await say(from, 'webrtc-offer', { targetUserId: maya.id, offer: offer('offr', { video: false }) });
    await say(from, 'webrtc-ice-candidate', { targetUserId: maya.id, candidate: candidate('offr') });
    const ring = await to.next('webrtc-call-request');
    const { callId } = ring;
    assert.deepEqual([ring.legacy, ring.callType], [true, 'audio']);
    assert.equal((await state(to, callId, 'ringing')).legacy, true);
    await to.ask('webrtc-call-response', { callId, callerId: tom.id, accepted: true, callType: 'audio' });
    const offered = await to.next('webrtc-offer');
    assert.deepEqual(keys(offered), keys(await fixture('webrtc-offer-legacy')));
    assert.deepEqual([offered.legacy, offered.callId], [true, callId]);
    assert.equal((await to.next('webrtc-ice-candidate')).legacy, true);
    await nothing('webrtc-call-response', chat, from);
    await to.ask('webrtc-answer', { callId, targetUserId: tom.id, answer: answer() });
    assert.deepEqual((await from.next('webrtc-answer')).answer, answer());
    await say(from, 'webrtc-end-call', { targetUserId: maya.id });
    assert.equal((await to.next('webrtc-end-call')).legacy, true);
    assert.equal((await state(to, callId, 'ended')).outcome, 'completed');
    assert.equal((await lastCall(practice, tom, maya, before)).outcome, 'completed');
    close(chat, from, to);
  });

  it('one of ours calls an old page', async () => {
    const before = (await calls(practice, tom, maya)).length;
    const from = await come(practice, maya);
    const [main, second] = await pages(tom);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    assert.equal((await state(from, callId, 'ringing')).legacy, false);
    for (const line of [main, second]) assert.equal((await line.next('webrtc-call-request')).legacy, undefined);
    await say(main, 'webrtc-call-response', { callerId: maya.id, accepted: true });
    assert.equal((await state(from, callId, 'connecting')).legacy, true);
    assert.equal((await from.next('webrtc-call-response')).legacy, true);
    await from.ask('webrtc-offer', { callId, targetUserId: tom.id, offer: offer() });
    const window = await page(practice, tom);
    const offered = await window.next('webrtc-offer');
    assert.deepEqual([offered.legacy, offered.version], [undefined, undefined]);
    await say(window, 'webrtc-answer', { targetUserId: maya.id, answer: answer() });
    assert.equal((await from.next('webrtc-answer')).legacy, true);
    await state(from, callId, 'connected');
    // The page that showed the ring goes; the window carries the call.
    main.close();
    second.close();
    await window.settled();
    await say(window, 'webrtc-end-call', { targetUserId: maya.id });
    await state(from, callId, 'ended');
    assert.equal((await lastCall(practice, tom, maya, before)).outcome, 'completed');
    close(from, window);
  });

  it('rings on both kinds, and whoever answers stops the other', async () => {
    const from = await come(practice, maya);
    const [main] = await pages(tom, 1);
    const laptop = await come(practice, tom);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    await Promise.all([main, laptop].map((line) => line.next('webrtc-call-request')));
    await laptop.ask('webrtc-call-response', { callId, callerId: maya.id, accepted: true });
    assert.equal((await main.next('webrtc-end-call')).reason, 'elsewhere');
    assert.equal((await state(from, callId, 'connecting')).legacy, false);
    await from.ask('webrtc-end-call', { callId });
    close(from, main, laptop);
  });
});

describe('who is there', () => {
  it('is told to contacts alone', async () => {
    const [line] = await pages(tom, 1);
    const [colleague] = await pages(maya, 1);
    const [stranger] = await pages(ida, 1);
    await say(line, 'user-status-update', { status: 'away' });
    const changed = await colleague.next('user-status-changed', ({ userId, status }) => userId === tom.id && status === 'away');
    assert.deepEqual(keys(changed), keys(await fixture('old-user-status-changed')));
    assert.equal(changed.userName, 'Tom');
    await stranger.settled();
    assert.deepEqual(stranger.all('user-status-changed').filter(({ userId }) => userId === tom.id), []);

    colleague.tell('get-online-users');
    const list = await colleague.next('online-users-list');
    assert.deepEqual(keys(list[0]), keys((await fixture('old-online-users-list'))[0]));
    assert.deepEqual(list.map(({ userName, status }) => [userName, status]), [['Ida', 'online'], ['Tom', 'away']]);
    stranger.tell('get-online-users');
    assert.deepEqual((await stranger.next('online-users-list')).map(({ userName }) => userName), ['Maya']);
    const { body } = await practice.get(ida, '/api/online-users', 'calls');
    assert.deepEqual([body.success, body.count, body.users[0].userId], [true, 1, maya.id]);
    assert.equal((await practice.get(null, '/api/online-users', 'calls')).status, 401);
    assert.equal((await line.ask('user-status-update', { status: 7 })).code, 'bad_request');
    close(line, colleague, stranger);
  });

  it('is gone once no page of theirs has come back for a while', async () => {
    const [colleague] = await pages(otto, 1);
    const [line] = await pages(tom, 1);
    line.close();
    // Ten seconds, in which a page may reload; the first wait may end just before.
    const told = () => colleague.next('user-disconnected', ({ userId }) => userId === tom.id);
    const gone = await told().catch(told);
    assert.deepEqual(keys(gone), keys(await fixture('old-user-disconnected')));
    assert.equal(gone.userName, 'Tom');
    close(colleague);
  });

  it('is how the service is', async () => {
    const lines = await pages(tom, 2);
    const { body } = await practice.get(null, '/health', 'calls');
    assert.deepEqual([body.status, body.service], ['OK', 'WebRTC Signaling Server']);
    assert.ok(body.activeConnections >= 2);
    assert.ok(Date.parse(body.timestamp) > 0);
    close(...lines);
  });

  it('joins no room but their own', async () => {
    const [line] = await pages(tom, 1);
    assert.equal((await line.ask('join-room', maya.id)).code, 'forbidden');
    close(line);
  });
});
