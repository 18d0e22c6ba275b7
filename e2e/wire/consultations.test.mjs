// A consultation's door as the web app has it: who waits is seen at once by who admits, and the other way round.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Practice, fixture, keys } from './support.mjs';

let practice, tom, ida, maya;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(() => practice?.close());

async function post(token, path, body = {}) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${practice.url('web')}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

const stands = (line, wanted) => line.next('consultation', wanted);

describe('a consultation', () => {
  it('is told of live, to each as they may see it, and on connect', async () => {
    const [host, patient] = await Promise.all([practice.connect(maya), practice.connect(tom)]);
    const roomId = `consultation-${maya.id}`;
    // The patient knocks at the dietician's own door.
    const waits = await post(tom.token, `consultations/${roomId}/arrive`, { test: { connection: 'good', microphone: 'ok', camera: 'ok' } });
    assert.deepEqual([waits.you.state, waits.owner.presence], ['waiting', 'online']);
    const seen = await stands(host, (it) => it.members.some(({ name }) => name === 'Tom'));
    assert.deepEqual([seen.you.state, seen.members[1].test.connection], ['invited', 'good']);
    await post(maya.token, `consultations/${roomId}/arrive`);
    await stands(patient, (it) => it.owner.presence === 'here' && it.you.state === 'waiting');
    await post(maya.token, `consultations/${roomId}/admit`);
    const admitted = await stands(patient, (it) => it.you.state === 'admitted');
    assert.deepEqual(admitted.members.map(({ name }) => name), ['Maya', 'Tom']);
    // Without an appointment and without a recording, and in a room of the dietician's own.
    const always = (view) => keys(view).filter((key) => !key.startsWith('appointment') && key !== 'recording' && key !== 'ownRoom');
    assert.equal(admitted.ownRoom, true);
    assert.deepEqual(always(admitted), always(await fixture('consultation-member')));
    // Another page of the same person is told how it stands.
    const other = await practice.connect(tom, { device: 'phone' });
    assert.equal((await stands(other, () => true)).version, admitted.version);
    const [stranger, old] = await Promise.all([practice.connect(ida), practice.connect(tom, { role: 'calls', device: null })]);
    await post(maya.token, `consultations/${roomId}/remove`, { memberId: admitted.you.memberId });
    await stands(other, (it) => it.you.state === 'removed' && it.members.length === 1);
    await post(maya.token, `consultations/${roomId}/end`);
    await stands(patient, (it) => it.state === 'ended');
    await stranger.ask('sync', { epoch: '', conversations: {} });
    old.socket.emit('get-online-users');
    await old.next('online-users-list');
    assert.deepEqual([stranger.all('consultation'), old.all('consultation')], [[], []]);
  });

  it('knows no media server here, and says so', async () => {
    const { body } = await practice.get(maya, '/api/consultations');
    assert.equal(body.configured, false);
    const { roomId } = await post(maya.token, 'consultations', { userIds: [tom.id] });
    await post(maya.token, `consultations/${roomId}/arrive`);
    assert.equal((await post(maya.token, `consultations/${roomId}/token`)).code, 'livekit_not_configured');
  });

  it('outlives a kill: who was admitted still is', async () => {
    const { roomId } = await post(maya.token, 'consultations', { userIds: [ida.id], admit: true });
    await post(ida.token, `consultations/${roomId}/arrive`);
    await practice.end('SIGKILL');
    await practice.boot();
    const { body } = await practice.get(ida, `/api/consultations/${roomId}`);
    assert.deepEqual([body.you.state, body.state], ['admitted', 'open']);
  });
});
