// A call is recorded: what the two of them are told, what the server takes, and what is left of it, also after a kill.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { come, connected, page, state } from './call.mjs';
import { Practice } from './support.mjs';

const CONSENT = 1;
const head = Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(3000, 5)]);
const more = Buffer.alloc(2000, 6);

let practice, tom, maya;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(() => practice?.close());

async function put(person, recordingId, number, bytes) {
  const headers = { authorization: `Bearer ${person.token}`, 'content-type': 'application/octet-stream' };
  const response = await fetch(`${practice.url('web')}/api/recordings/${recordingId}/chunks/${number}`, { method: 'PUT', headers, body: bytes });
  return response.json();
}

const told = (line, recordingId, wanted) => line.next('recording', (it) => it.recordingId === recordingId && it.state === wanted);

/** Asked for by the first, agreed to by the other. */
async function recorded(from, to) {
  const callId = await connected(from, to);
  const asked = await from.ask('recording-request', { callId, consent: CONSENT });
  const { recordingId } = await told(to, asked.recordingId, 'asked');
  assert.equal((await put(from.person, recordingId, 0, head)).code, 'recording_conflict', 'not before both agree');
  assert.deepEqual(await to.ask('recording-answer', { recordingId, consent: CONSENT }), {});
  const [running] = await Promise.all([from, to].map((line) => told(line, recordingId, 'running')));
  assert.deepEqual([running.callId, running.recorderId, running.by], [callId, from.person.id, to.person.id]);
  assert.deepEqual(await put(from.person, recordingId, 0, head), { next: 1 });
  return { callId, recordingId };
}

async function hangUp(line, other, callId) {
  await line.ask('webrtc-end-call', { callId, targetUserId: other.person.id });
  await state(other, callId, 'ended');
}

const files = async () => {
  const folder = join(practice.data, 'uploads');
  const names = await Promise.all((await readdir(folder)).map((inner) => readdir(join(folder, inner))));
  return names.flat();
};

describe('a recording', () => {
  it('comes by pieces, is a message for both, and is gone when either takes their consent back', async () => {
    const [from, to, old] = await Promise.all([come(practice, maya), come(practice, tom), practice.old(tom)]);
    const { callId, recordingId } = await recorded(from, to);
    assert.equal((await to.ask('recording-request', { callId, consent: CONSENT })).code, 'recording_conflict');
    assert.equal((await put(from.person, recordingId, 2, more)).code, 'bad_request');
    assert.equal((await put(to.person, recordingId, 1, more)).code, 'forbidden');
    assert.deepEqual(await put(from.person, recordingId, 1, more), { next: 2 });
    assert.deepEqual(await put(from.person, recordingId, 1, more), { next: 2 }, 'the same again');
    await hangUp(from, to, callId);
    assert.deepEqual(await from.ask('recording-finish', { recordingId, chunks: 2, durationMs: 4_000 }), {});
    const entry = await to.next('entry', (it) => it.messageType === 'recording');
    assert.deepEqual([entry.senderId, entry.durationMs, entry.fileType, entry.fileSize], [maya.id, 4_000, 'video/webm', 5_004]);
    const [seen] = await old.count('receive-message', 2).then((all) => all.filter((it) => it.messageType === 'file'));
    assert.equal(seen.fileName, 'recording.webm');
    const whole = await fetch(entry.fileUrl);
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), Buffer.concat([head, more]));
    await told(to, recordingId, 'kept');
    assert.equal((await files()).length, 1, 'no piece is left');

    await to.ask('delete-message', { clientMessageId: 'no-longer', messageId: entry.messageId });
    const gone = await from.next('entry', (it) => it.kind === 'deletion');
    assert.equal(gone.senderId, tom.id, 'it was hers, and his to delete');
    while ((await files()).length > 0);
    assert.equal((await fetch(entry.fileUrl)).status, 404);
    await Promise.all([from, to, old].map((line) => line.leave()));
  });

  it('is stopped and deleted in the middle', async () => {
    const [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const { callId, recordingId } = await recorded(from, to);
    assert.deepEqual(await to.ask('recording-withdraw', { recordingId }), {});
    const gone = await told(from, recordingId, 'withdrawn');
    assert.deepEqual([gone.by, await files()], [tom.id, []]);
    assert.equal((await put(from.person, recordingId, 1, more)).code, 'forbidden');
    assert.equal((await from.ask('recording-finish', { recordingId, chunks: 1, durationMs: 1 })).code, 'forbidden');
    await hangUp(from, to, callId);
    await Promise.all([from, to].map((line) => line.leave()));
  });

  it('goes on after the server was killed', async () => {
    let [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    const { callId, recordingId } = await recorded(from, to);
    await practice.end('SIGKILL');
    await practice.boot();
    [from, to] = await Promise.all([come(practice, maya), come(practice, tom)]);
    await told(to, recordingId, 'running');
    assert.deepEqual(await put(from.person, recordingId, 0, head), { next: 1 }, 'it was acknowledged');
    assert.deepEqual(await put(from.person, recordingId, 1, more), { next: 2 });
    await from.ask('recording-finish', { recordingId, chunks: 2, durationMs: 4_000 });
    const entry = await to.next('entry', (it) => it.messageType === 'recording');
    assert.equal(entry.fileSize, 5_004);
    await hangUp(from, to, callId);
    await Promise.all([from, to].map((line) => line.leave()));
  });

  it('is not to be had of a call with an old client', async () => {
    const from = await come(practice, maya);
    const olds = await page(practice, tom);
    const { callId } = await from.ask('webrtc-call-request', { targetUserId: tom.id, callType: 'video' });
    const asked = await from.ask('recording-request', { callId, consent: CONSENT });
    assert.equal(asked.code, 'call_not_found', 'it is not connected');
    assert.equal((await olds.ask('recording-request', { callId, consent: CONSENT })).code, 'unknown_event');
    await from.leave();
    await olds.leave();
  });
});
