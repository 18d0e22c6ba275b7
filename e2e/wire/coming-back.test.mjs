// What outlives a crash, and who is seen to leave.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Practice } from './support.mjs';

let practice, tom, maya;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(() => practice?.close());

it('tells contacts that somebody left once they have been gone for ten seconds', async () => {
  const [staff, old, patient] = await Promise.all([practice.connect(maya), practice.old(maya), practice.connect(tom)]);
  await patient.settled();
  const began = performance.now();
  patient.close();
  const left = (one) => one.userId === tom.id && !one.online;
  const { lastSeen } = await staff.next('presence', left, 20_000);
  assert.ok(performance.now() - began > 9_500);
  assert.ok(Math.abs(new Date(lastSeen) - Date.now()) < 20_000);
  assert.deepEqual(await old.next('user-offline'), { userId: tom.id });
  const contact = (await practice.get(maya, '/api/inbox')).body.contacts.find((one) => one._id === tom.id);
  assert.deepEqual([contact.online, contact.lastSeen], [false, lastSeen]);
  staff.close();
  old.close();
});

it('has everything that was acknowledged when the process is killed', async () => {
  const line = await practice.connect(tom);
  const stored = [];
  const sending = Array.from({ length: 400 }, (_, n) =>
    line.send(maya, `number ${n}`).then((entry) => stored.push(entry), () => {}),
  );
  await line.until(() => (stored.length >= 100 ? true : undefined), 'nothing was stored');
  await practice.end('SIGKILL');
  line.close();
  await Promise.all(sending.slice(0, 100));
  const acknowledged = [...stored];
  const { epoch } = await (async () => {
    await practice.boot();
    return (await practice.get(maya, '/api/inbox')).body;
  })();
  const back = await practice.connect(maya);
  const id = acknowledged[0].conversationId;
  const kept = new Map();
  for (let seq = 0, more = true; more; ) {
    const there = (await back.ask('sync', { epoch, conversations: { [id]: seq } })).conversations[id];
    for (const entry of there.entries) kept.set(entry.seq, entry);
    seq = there.entries.at(-1).seq;
    ({ more } = there);
  }
  assert.deepEqual([...kept.keys()], Array.from(kept, (_, n) => n + 1), 'without a gap');
  for (const entry of acknowledged) assert.deepEqual(kept.get(entry.seq), entry);
  back.close();
});

it('believes the query of an old call page where that is configured, on calls alone', async () => {
  const trusting = await Practice.open({ MOODBITES_TRUST_LEGACY_IDENTITY: '1' });
  try {
    const ida = await trusting.person('Ida', 'patient');
    const root = await trusting.person('Root', 'admin');
    const as = (person, role) =>
      trusting.connect(person, { role, auth: {}, query: { userId: person.id, userName: person.name } });
    const line = await as(ida, 'calls');
    await line.settled();
    for (const [person, role] of [[ida, 'chat'], [ida, 'web'], [root, 'calls'], [{ id: 'f'.repeat(24) }, 'calls']])
      await assert.rejects(as(person, role), { message: 'unauthenticated' });
  } finally {
    await trusting.close();
  }
});
