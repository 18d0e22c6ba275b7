// Who may do what about calls: everybody on every event.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answer, calls, candidate, come, connected, offer, page } from './call.mjs';
import { Practice, refusal } from './support.mjs';

let practice;
const people = {};
before(async () => {
  practice = await Practice.open();
  for (const [name, role] of [['Patient', 'patient'], ['Other', 'patient'], ['Dietician', 'dietician'], ['Colleague', 'dietician'], ['Admin', 'admin']])
    people[name] = await practice.person(name, role);
});
after(() => practice?.close());

const everybody = () => Object.entries(people);

describe('ringing', () => {
  const may = {
    Patient: ['Dietician', 'Colleague', 'Admin'],
    Other: ['Dietician', 'Colleague', 'Admin'],
    Dietician: ['Patient', 'Other', 'Colleague', 'Admin'],
    Colleague: ['Patient', 'Other', 'Dietician', 'Admin'],
    Admin: ['Patient', 'Other', 'Dietician', 'Colleague'],
  };

  for (const [kind, open, place] of [
    ['ours, by request', come, (line, target) => line.ask('webrtc-call-request', { targetUserId: target.id, callType: 'video' })],
    ['old, by request', page, (line, target) => line.ask('webrtc-call-request', { responderId: target.id, callType: 'video' })],
    ['old, by offer', page, (line, target) => line.ask('webrtc-offer', { targetUserId: target.id, offer: offer() })],
  ]) {
    it(`is between contacts alone (${kind})`, async () => {
      const lines = Object.fromEntries(
        await Promise.all(everybody().map(async ([name, person]) => [name, await open(practice, person)])),
      );
      for (const [from, caller] of Object.entries(lines)) {
        for (const [to, target] of everybody()) {
          const said = await place(caller, target);
          if (may[from].includes(to)) {
            const ring = await lines[to].next('webrtc-call-request');
            assert.equal(ring.callerId, people[from].id, `${from} to ${to}`);
            await caller.ask('webrtc-end-call', { targetUserId: target.id });
            await lines[to].next('webrtc-end-call');
          } else {
            assert.equal(said.code, 'contact_not_allowed', `${from} to ${to}`);
          }
          for (const [name, line] of Object.entries(lines)) {
            await line.settled();
            if (name !== to) assert.deepEqual(line.all('webrtc-call-request'), [], `${from} to ${to} seen by ${name}`);
            line.clear();
          }
        }
      }
      for (const line of Object.values(lines)) line.close();
    });
  }
});

describe('a call of two others', () => {
  it('can neither be heard, joined nor ended', async () => {
    const [from, to] = await Promise.all([come(practice, people.Dietician), come(practice, people.Patient)]);
    const callId = await connected(from, to);
    from.clear();
    to.clear();
    const entries = (await calls(practice, people.Patient, people.Dietician)).length;
    for (const name of ['Other', 'Colleague', 'Admin']) {
      for (const line of [await come(practice, people[name]), await page(practice, people[name])]) {
        for (const target of [people.Dietician, people.Patient]) {
          const about = { callId, targetUserId: target.id };
          for (const [event, payload] of [
            ['webrtc-call-response', { callId, callerId: people.Dietician.id, accepted: true }],
            ['webrtc-call-move', about],
            ['webrtc-offer', { ...about, offer: offer() }],
            ['webrtc-answer', { ...about, answer: answer() }],
          ]) {
            const { code } = await line.ask(event, payload);
            const quiet = event === 'webrtc-answer' && line.all('call').length === 0;
            assert.equal(code, quiet ? undefined : 'call_not_found', `${name} ${event}`);
          }
          await line.ask('webrtc-ice-candidate', { ...about, candidate: candidate('offr') });
          await line.ask('webrtc-call-response', { callId, callerId: people.Dietician.id, accepted: false });
          await line.ask('webrtc-end-call', about);
          await line.ask('webrtc-end-call', { targetUserId: target.id });
          await line.ask('webrtc-end-call');
        }
        assert.deepEqual(line.all('webrtc-offer').concat(line.all('webrtc-ice-candidate'), line.all('webrtc-end-call')), []);
        line.close();
      }
    }
    for (const line of [from, to]) {
      await line.settled();
      assert.deepEqual(line.got.filter(({ event }) => event === 'call' || event.startsWith('webrtc-')), []);
    }
    assert.equal((await calls(practice, people.Patient, people.Dietician)).length, entries);
    await from.ask('webrtc-end-call', { callId });
    from.close();
    to.close();
  });

  it('shows its entry to the two alone', async () => {
    const { body: inbox } = await practice.get(people.Patient, '/api/inbox');
    const { conversationId } = inbox.conversations.find((one) => one.other._id === people.Dietician.id);
    for (const [name, person] of everybody()) {
      const { status } = await practice.get(person, `/api/conversations/${conversationId}/entries`);
      assert.equal(status, name === 'Patient' || name === 'Dietician' ? 200 : 403, name);
    }
  });
});

describe('nobody', () => {
  it('gets in without a token', async () => {
    for (const role of ['web', 'calls']) {
      const bare = practice.connect(null, { role, auth: {}, query: { userId: people.Patient.id, userName: 'Patient' } });
      assert.equal(await refusal(bare), 'unauthenticated');
    }
  });
});
