// How much one person may ask for, and how the server goes down.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Practice, refusal } from './support.mjs';

let practice, tom, maya;
before(async () => {
  practice = await Practice.open({ MOODBITES_LIMITS: 'on' });
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(() => practice?.close());

describe('limits', () => {
  it('answers who sends too fast, on all of their sockets, and says when again', async () => {
    const [one, two] = await Promise.all([practice.connect(tom), practice.connect(tom, { device: 'phone' })]);
    const answers = await Promise.all(Array.from({ length: 120 }, (_, n) => (n % 2 ? one : two).send(maya, `${n}`)));
    const refused = answers.filter((answer) => answer.code);
    assert.ok(refused.length > 0 && refused.length <= 60, `${refused.length} refused`);
    for (const answer of refused) {
      assert.equal(answer.code, 'rate_limited');
      assert.ok(answer.retryAfterMs > 0);
    }
    const other = await practice.connect(maya);
    assert.equal((await other.send(tom, 'not me')).code, undefined);
    for (const line of [one, two, other]) line.close();
  });

  it('does not tell a page that types fast', async () => {
    const line = await practice.old(tom);
    for (let n = 0; n < 30; n += 1) line.tell('typing', { receiverId: maya.id, isTyping: true });
    await line.settled();
    assert.deepEqual(line.all('message-error'), []);
    line.close();
  });

  it('shuts the transport of a flood', async () => {
    const line = await practice.connect(maya);
    for (let n = 0; n < 7000; n += 1) line.tell('typing', {});
    await line.next('disconnect');
  });

  it('has room for fifty connections of a person', async () => {
    const lines = await Promise.all(Array.from({ length: 50 }, () => practice.connect(tom)));
    await Promise.all(lines.map((line) => line.settled()));
    const more = await practice.connect(tom);
    assert.equal((await more.next('session-expired')).code, 'rate_limited');
    await more.next('disconnect');
    for (const line of lines) line.close();
  });
});

describe('going down', () => {
  it('tells everybody when to come back, and ends with 0', async () => {
    const [ours, old] = await Promise.all([practice.connect(maya), practice.old(maya)]);
    await Promise.all([ours.settled(), old.settled()]);
    const began = performance.now();
    const ended = practice.end('SIGTERM');
    for (const line of [ours, old]) {
      const { reconnectInMs } = await line.next('server-restarting');
      assert.ok(reconnectInMs >= 0 && reconnectInMs <= 10_000);
      assert.notEqual(await line.next('disconnect'), 'io server disconnect', 'it would not come back by itself');
    }
    assert.equal(await ended, 0);
    assert.ok(performance.now() - began < 10_000);
    assert.notEqual(await refusal(practice.connect(maya)), 'let in');
  });
});
