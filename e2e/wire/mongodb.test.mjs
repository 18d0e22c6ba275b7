// The server on a database that goes away and comes back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, it } from 'node:test';
import { ferretdb } from '../servers/ferretdb.mjs';
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

it('says when it is gone, and loses and doubles nothing when it is killed while people write', async () => {
  const line = await practice.connect(tom);
  const stored = new Map();
  const send = async (n) => {
    const clientMessageId = `killed-${n}`;
    // As a client does: the same again until there is an answer that says it is stored.
    for (;;) {
      const entry = await line.ask('send-message', { clientMessageId, receiverId: maya.id, message: `k ${n}`, messageType: 'text' });
      if (!entry.code) return stored.set(clientMessageId, entry);
      assert.ok(entry.retryAfterMs > 0, JSON.stringify(entry));
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  const sending = (async () => {
    for (let n = 0; n < 200; n += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => send(n + k)));
  })();
  await line.until(() => (stored.size >= 40 ? true : undefined), 'nothing was stored');
  await database.kill();
  const ready = await fetch(`${practice.url('web')}/health/ready`);
  assert.equal(ready.status, 503);
  await database.start();
  await sending;
  const id = [...stored.values()][0].conversationId;
  const { body } = await practice.get(tom, `/api/conversations/${id}/entries?limit=200`);
  const kept = new Map(body.entries.map((entry) => [entry.clientMessageId, entry]));
  assert.equal(kept.size, body.entries.length, 'none is there twice');
  for (const [key, entry] of stored) assert.equal(kept.get(key)?.seq, entry.seq, key);
  const seqs = body.entries.map((entry) => entry.seq);
  assert.deepEqual(seqs, seqs.map((_, n) => seqs[0] + n));
  line.close();
});

it('says in plain words that it is not there', () => {
  const env = { ...process.env, MONGODB_URI: 'mongodb://moodbites:hunter2@127.0.0.1:1/practice' };
  const { status, stderr } = spawnSync(binary, ['user', 'list', '--data', practice.data], { env, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /MongoDB at 127\.0\.0\.1:1 can't be reached/);
  assert.doesNotMatch(stderr, /hunter2/);
});
