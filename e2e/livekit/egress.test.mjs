// Recordings that the media server makes: a real LiveKit, its own protocol to what it takes for its Egress, its webhooks.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { chmod, readdir } from 'node:fs/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import { RoomEvent, dispose } from '@livekit/rtc-node';
import { egress } from '../servers/egress.mjs';
import { livekit } from '../servers/livekit.mjs';
import { Practice } from '../wire/support.mjs';
import { Guest } from './support.mjs';

let practice, media, recorder, tom, maya;
const inside = new Set();

before(async () => {
  [media, recorder] = [await livekit(), await egress()];
  practice = await Practice.open({ ...media.env, ...recorder.env, MOODBITES_TIME_ZONE: 'UTC' });
  await media.start(`${practice.url('web')}/api/livekit/webhook`, recorder.livekit);
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
afterEach(async () => {
  await Promise.all([...inside].map((guest) => guest.leave().catch(() => {})));
  inside.clear();
});
after(async () => {
  await media?.end();
  await recorder?.end();
  await practice?.close();
  await dispose();
});

async function ask(method, token, path, body = {}) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${practice.url('web')}/api/${path}`, { method, headers, ...(method === 'POST' && { body: JSON.stringify(body) }) });
  return response.json();
}
const post = (token, path, body) => ask('POST', token, path, body);

async function enter(person, roomId) {
  await post(person.token, `consultations/${roomId}/arrive`);
  const guest = await Guest.join(await post(person.token, `consultations/${roomId}/token`));
  inside.add(guest);
  return guest;
}

/** Waits until it is so. */
async function until(look, what) {
  for (let tries = 0; ; tries++) {
    const found = await look();
    if (found) return found;
    assert.ok(tries < 300, what);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const stands = async (roomId, person = maya) => (await practice.get(person, `/api/consultations/${roomId}`)).body.recording;
const becomes = (roomId, state) => until(async () => (await stands(roomId))?.state === state, `it is not ${state}`);

/** Both are in the room, and it is to be recorded. */
async function agreed(body = { consent: 1 }) {
  const { roomId } = await post(maya.token, 'consultations', { userIds: [tom.id], admit: true });
  const [host, patient] = [await enter(maya, roomId), await enter(tom, roomId)];
  await Promise.all([host.other(tom.id), patient.other(maya.id)]);
  const { recording } = await post(maya.token, `consultations/${roomId}/recording`, body);
  assert.deepEqual([recording.state, recorder.asked.length], ['asked', agreed.asked ?? 0]);
  await post(tom.token, `recordings/${recording.recordingId}/answer`, { consent: 1 });
  agreed.asked = recorder.asked.length;
  return { roomId, id: recording.recordingId, host, patient };
}

async function running() {
  const it = await agreed();
  await becomes(it.roomId, 'running');
  agreed.asked = recorder.asked.length;
  return { ...it, job: recorder.asked.at(-1) };
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What lets in as LiveKit's Egress lets itself in. */
function hidden(roomId, identity) {
  const video = { roomJoin: true, room: roomId, canSubscribe: true, canPublish: false, canPublishData: false, hidden: true, recorder: true };
  const claims = { iss: media.key, sub: identity, nbf: 0, exp: Math.floor(Date.now() / 1000) + 600, kind: 'egress', video };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return { url: media.url, token: `${signed}.${createHmac('sha256', media.secret).update(signed).digest('base64url')}` };
}

const past = async (person, roomId) => {
  const { body } = await practice.get(person, '/api/consultations');
  return body.past.find((one) => one.roomId === roomId).recordings;
};

describe('a room that the media server records', () => {
  it('is recorded once all have agreed, goes on without its host, and is kept', async () => {
    const { roomId, id, host, patient, job } = await running();
    const egress = await Guest.join(hidden(roomId, job));
    const stranger = await Guest.join(hidden(roomId, 'EG_of_somebody_else'));
    await stranger.heard(RoomEvent.Disconnected);
    assert.ok(egress.room.isConnected && !patient.room.remoteParticipants.has(job), 'it is there, and nobody sees it');
    const seen = (await practice.get(maya, `/api/consultations/${roomId}`)).body;
    assert.deepEqual([seen.members.length, seen.serverRecords, seen.recording.maker], [2, true, 'server']);
    await host.leave();
    await post(maya.token, `consultations/${roomId}/leave`);
    assert.equal((await stands(roomId)).state, 'running');
    await post(tom.token, `recordings/${id}/stop`);
    await becomes(roomId, 'kept');
    await until(async () => (await readdir(recorder.folder)).length === 0, 'its file is left');
    await egress.leave();
    await post(maya.token, `consultations/${roomId}/arrive`);
    await post(maya.token, `consultations/${roomId}/end`);
    const [kept] = await past(tom, roomId);
    assert.deepEqual([kept.recordingId, kept.fileType, kept.fileSize], [id, 'video/mp4', recorder.film.length]);
    const bytes = Buffer.from(await (await fetch(kept.fileUrl)).arrayBuffer());
    assert.ok(bytes.equals(recorder.film));
  });

  it('is no more, where somebody takes their consent back', async () => {
    const { roomId, id } = await running();
    await ask('DELETE', tom.token, `recordings/${id}`);
    assert.equal((await stands(roomId)).state, 'withdrawn');
    // It is written at the end, and gone then.
    await ended(recorder.asked.at(-1));
    await until(async () => (await readdir(recorder.folder)).length === 0, 'its file is left');
    await post(maya.token, `consultations/${roomId}/end`);
    assert.deepEqual(await past(maya, roomId), []);
  });

  it('says so where the media server breaks off, and a browser may', async () => {
    recorder.next('fails');
    const { roomId } = await agreed();
    await becomes(roomId, 'failed');
    agreed.asked = recorder.asked.length;
    recorder.next('works');
    const { recording } = await post(maya.token, `consultations/${roomId}/recording`, { consent: 1, browser: true });
    await post(tom.token, `recordings/${recording.recordingId}/answer`, { consent: 1 });
    const running = await stands(roomId);
    assert.deepEqual([running.state, running.maker, recorder.asked.length], ['running', undefined, agreed.asked]);
    await post(maya.token, `consultations/${roomId}/end`);
  });

  it('says so where what was recorded could not be put into the folder', async () => {
    recorder.next('loses');
    const { roomId, id } = await running();
    recorder.next('works');
    await post(tom.token, `recordings/${id}/stop`);
    await becomes(roomId, 'failed');
    await post(maya.token, `consultations/${roomId}/end`);
    assert.deepEqual(await past(maya, roomId), []);
  });

  it('is looked at by the doctor: the folder, and whether LiveKit can reach an Egress', async () => {
    const found = async (at) => {
      const { body } = await at.get(at.people.Ruth ?? (await at.person('Ruth', 'admin')), '/api/doctor');
      return body.findings.filter(({ code }) => code.startsWith('egress_')).map(({ code }) => code);
    };
    assert.deepEqual(await found(practice), ['egress_good']);
    // An Egress that runs as another user would find that out only at the end.
    await chmod(recorder.folder, 0o755);
    const alone = await found(practice);
    await chmod(recorder.folder, 0o2770);
    assert.deepEqual(alone, ['egress_good', 'egress_alone']);
    const lone = await livekit();
    await lone.start();
    const other = await Practice.open({ ...lone.env, ...recorder.env });
    try {
      assert.deepEqual(await found(other), ['egress_none']);
    } finally {
      await Promise.all([other.close(), lone.end()]);
    }
  });

  it('goes on while our server is killed, and is found again without a webhook', async () => {
    const { roomId, job } = await running();
    await practice.end('SIGKILL');
    // Elsewhere than LiveKit knows of.
    await practice.boot();
    assert.equal((await stands(roomId)).state, 'running');
    await post(maya.token, `consultations/${roomId}/end`);
    await until(async () => (await past(maya, roomId)).length === 1, 'it is not kept');
    assert.deepEqual([recorder.asked.length, recorder.asked.at(-1)], [agreed.asked, job]);
    await until(async () => (await readdir(recorder.folder)).length === 0, 'its file is left');
  });
});

/** Waits until LiveKit says that it has. */
async function ended(job) {
  const claims = { iss: media.key, nbf: 0, exp: Math.floor(Date.now() / 1000) + 600, video: { roomRecord: true } };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const token = `${signed}.${createHmac('sha256', media.secret).update(signed).digest('base64url')}`;
  const url = `${media.url.replace('ws', 'http')}/twirp/livekit.Egress/ListEgress`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  await until(async () => {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ egress_id: job }) });
    return (await answer.json()).items?.[0]?.status === 'EGRESS_COMPLETE';
  }, 'it goes on');
}
