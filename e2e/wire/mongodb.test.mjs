// The server on a database that goes away and comes back, behind a network that does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, it } from 'node:test';
import { ferretdb } from '../servers/ferretdb.mjs';
import { toxiproxy } from '../servers/toxiproxy.mjs';
import { Practice, binary } from './support.mjs';

let database, practice, tom, maya;
before(async () => {
  database = await ferretdb();
  practice = await Practice.open({ MONGODB_URI: `${database.uri}/practice` });
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(async () => {
  await practice?.close();
  await database?.end();
});

it('keeps everything there, and finds it after a start', async () => {
  let line = await practice.connect(tom);
  const entries = await Promise.all(Array.from({ length: 20 }, (_, n) => line.send(maya, `number ${n}`)));
  await practice.end('SIGKILL');
  line.close();
  await practice.boot();
  line = await practice.connect(await practice.signIn('Maya'));
  const id = entries[0].conversationId;
  const { body } = await practice.get(practice.people.Maya, `/api/conversations/${id}/entries?limit=50`);
  assert.deepEqual(body.entries.map((entry) => [entry.seq, entry._id]), entries.map((entry) => [entry.seq, entry._id]));
  line.close();
});

/** Sends as a client does: the same again until there is an answer that says it is stored. */
async function keep(line, stored, clientMessageId) {
  for (;;) {
    const message = { clientMessageId, receiverId: maya.id, message: clientMessageId, messageType: 'text' };
    const entry = await line.ask('send-message', message);
    if (!entry.code) return stored.set(clientMessageId, entry);
    assert.ok(entry.retryAfterMs > 0, JSON.stringify(entry));
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** What was stored is there, once, in a log without a gap. */
async function check(stored) {
  const id = [...stored.values()][0].conversationId;
  const { body } = await practice.get(tom, `/api/conversations/${id}/entries?limit=200`);
  const kept = new Map(body.entries.map((entry) => [entry.clientMessageId, entry]));
  assert.equal(kept.size, body.entries.length, 'none is there twice');
  for (const [key, entry] of stored) assert.equal(kept.get(key)?.seq, entry.seq, key);
  const seqs = body.entries.map((entry) => entry.seq);
  assert.deepEqual(seqs, seqs.map((_, n) => seqs[0] + n));
}

it('says when it is gone, and loses and doubles nothing when it is killed while people write', async () => {
  const line = await practice.connect(tom);
  const stored = new Map();
  const sending = (async () => {
    for (let n = 0; n < 160; n += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => keep(line, stored, `killed-${n + k}`)));
  })();
  await line.until(() => (stored.size >= 40 ? true : undefined), 'nothing was stored');
  await database.kill();
  const ready = await fetch(`${practice.url('web')}/health/ready`);
  assert.equal(ready.status, 503);
  await database.start();
  await sending;
  await check(stored);
  line.close();
});

it('loses and doubles nothing on a network that lags, stalls, resets and is cut', async () => {
  const network = await toxiproxy(new URL(database.uri).host);
  try {
    await practice.end('SIGTERM');
    practice.env.MONGODB_URI = `mongodb://${network.address}/practice`;
    await practice.boot();
    const line = await practice.connect(tom);
    const stored = new Map();
    const some = (name, count) => Promise.all(Array.from({ length: count }, (_, n) => keep(line, stored, `${name}-${n}`)));
    await network.spoil('latency', { latency: 150, jitter: 100 });
    await some('lag', 20);
    await network.heal('latency');
    for (const [toxic, attributes] of [['timeout', { timeout: 0 }], ['reset_peer', { timeout: 20 }]]) {
      await network.spoil(toxic, attributes);
      const sending = some(toxic, 20);
      const ready = await fetch(`${practice.url('web')}/health/ready`);
      assert.equal(ready.status, 503, toxic);
      await network.heal(toxic);
      await sending;
    }
    const sending = some('cut', 40);
    await network.cut();
    assert.equal((await fetch(`${practice.url('web')}/health/ready`)).status, 503);
    await network.join();
    await sending;
    assert.equal(stored.size, 100);
    await check(stored);
    line.close();
  } finally {
    network.end();
  }
});

it('says in plain words that it is not there', () => {
  const env = { ...process.env, MONGODB_URI: 'mongodb://moodbites:hunter2@127.0.0.1:1/practice' };
  const { status, stderr } = spawnSync(binary, ['user', 'list', '--data', practice.data], { env, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /MongoDB at 127\.0\.0\.1:1 can't be reached/);
  assert.doesNotMatch(stderr, /hunter2/);
});
