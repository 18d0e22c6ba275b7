// What was decided while the LiveKit server was away is done when it is back; and a call of two that grows.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dispose } from '@livekit/rtc-node';
import { livekit } from '../servers/livekit.mjs';
import { connected } from '../wire/call.mjs';
import { Practice } from '../wire/support.mjs';
import { Guest } from './support.mjs';

let practice, media, tom, maya;
before(async () => {
  media = await livekit();
  practice = await Practice.open({ ...media.env, MOODBITES_TIME_ZONE: 'UTC' });
  await media.start(`${practice.url('web')}/api/livekit/webhook`);
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(async () => {
  await media?.end();
  await practice?.close();
  await dispose();
});

async function post(token, path, body = {}) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${practice.url('web')}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

const enter = async (person, roomId) => {
  await post(person.token, `consultations/${roomId}/arrive`);
  return Guest.join(await post(person.token, `consultations/${roomId}/token`));
};

describe('a LiveKit server', () => {
  it('is told of a role as soon as it is back, where it was away', async () => {
    const { roomId } = await post(maya.token, 'consultations', { userIds: [tom.id], admit: true });
    const { you } = await post(tom.token, `consultations/${roomId}/arrive`);
    const ticket = await post(tom.token, `consultations/${roomId}/token`);
    await post(maya.token, `consultations/${roomId}/arrive`);
    await media.end();
    const body = { memberId: you.memberId, role: 'observer' };
    assert.equal((await post(maya.token, `consultations/${roomId}/role`, body)).code, 'livekit_unreachable');
    await media.start(`${practice.url('web')}/api/livekit/webhook`);
    // By what let them in before they are still what they were; not for long.
    const patient = await Guest.join(ticket);
    const host = await enter(maya, roomId);
    await host.until(() => JSON.parse(host.room.remoteParticipants.get(tom.id)?.metadata || '{}').role === 'observer', 'nobody looks on');
    await Promise.all([patient.leave(), host.leave()]);
  });

  it('that has filled a room by a bound of its own is found out about', async () => {
    await media.end();
    await media.start(undefined, { room: { max_participants: 1 } });
    const { roomId } = await post(maya.token, 'consultations', { userIds: [tom.id], admit: true });
    const host = await enter(maya, roomId);
    await post(tom.token, `consultations/${roomId}/arrive`);
    const ask = (failed) => post(tom.token, `consultations/${roomId}/token`, { failed });
    const ticket = await ask(false);
    await assert.rejects(Guest.join(ticket));
    assert.equal((await ask(true)).code, 'room_full');
    assert.ok((await post(maya.token, `consultations/${roomId}/token`, { failed: true })).token, 'who has a place there has it');
    await host.leave();
    const other = await Guest.join(await ask(true));
    await other.leave();
    await media.end();
    assert.ok((await ask(true)).token, 'where nobody can be asked');
    await media.start(`${practice.url('web')}/api/livekit/webhook`);
    assert.ok((await ask(true)).token, 'where there is no bound');
  });

  it('carries a call that grows: both are let in, and it is told as what it was', async () => {
    const [dietician, patient] = await Promise.all([practice.connect(maya, { device: 'desk' }), practice.connect(tom, { device: 'phone' })]);
    await Promise.all([dietician.settled(), patient.settled()]);
    const callId = await connected(dietician, patient);
    const grown = await post(maya.token, 'consultations', { callId });
    assert.deepEqual([grown.roomId, grown.callId, grown.you.state], [`consultation-${callId}`, callId, 'admitted']);
    const told = await patient.next('consultation', (it) => it.callId === callId);
    assert.equal(told.you.state, 'admitted');
    const [host, other] = [await enter(maya, grown.roomId), await enter(tom, grown.roomId)];
    await Promise.all([host.other(tom.id), other.other(maya.id)]);
    dietician.socket.emit('webrtc-end-call', { callId, targetUserId: tom.id, reason: 'consultation' });
    const ended = await patient.next('call', (snapshot) => snapshot.callId === callId && snapshot.state === 'ended');
    assert.equal(ended.outcome, 'grown');
    await Promise.all([host.leave(), other.leave()]);
  });

  it('is looked at by the doctor: whether it is there and takes the key', async () => {
    const found = async (at) => {
      const ruth = await at.person('Ruth', 'admin');
      const { body } = await at.get(ruth, '/api/doctor');
      return body.findings.filter(({ code }) => code.startsWith('livekit_')).map(({ code }) => code);
    };
    assert.deepEqual(await found(practice), ['livekit_good', 'livekit_webhook']);
    const other = await Practice.open({ ...media.env, LIVEKIT_API_SECRET: 'not the one that LiveKit knows of, and long' });
    try {
      assert.deepEqual(await found(other), ['livekit_key', 'livekit_webhook']);
    } finally {
      await other.close();
    }
  });
});
