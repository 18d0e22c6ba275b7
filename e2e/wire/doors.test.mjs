// Who is let in, who is thrown out, and who may do what.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Practice, refusal } from './support.mjs';

const JWT_SECRET = 'a secret of these tests, and of nothing else';
let practice, tom, ida, maya, root;
before(async () => {
  practice = await Practice.open({ JWT_SECRET, CORS_ORIGIN: 'http://friend.example' });
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
  root = await practice.person('Root', 'admin');
});
after(() => practice?.close());

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims, { alg = 'HS256', secret = JWT_SECRET } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg, typ: 'JWT' })}.${part({ iat: now, exp: now + 3600, ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

describe('a handshake', () => {
  it('is refused with a code', async () => {
    for (const [auth, code] of [
      [{}, 'unauthenticated'],
      [{ token: '' }, 'unauthenticated'],
      [{ token: 'nonsense' }, 'unauthenticated'],
      [{ token: 7 }, 'bad_request'],
      [{ token: token({ id: 'f'.repeat(24) }) }, 'unauthenticated'],
      [{ token: token({ id: tom.id }, { secret: 'another' }) }, 'unauthenticated'],
      [{ token: token({ id: tom.id }, { alg: 'none' }) }, 'unauthenticated'],
      [{ token: token({ id: tom.id, iat: 1, exp: 2 }) }, 'session_expired'],
      [{ token: tom.token, deviceId: 'a b' }, 'bad_request'],
      [{ token: tom.token, deviceId: 7 }, 'bad_request'],
      [{ token: tom.token, deviceId: '' }, 'bad_request'],
    ])
      for (const role of ['web', 'chat', 'calls'])
        assert.equal(await refusal(practice.connect(null, { role, auth })), code, JSON.stringify(auth));
  });

  it('takes the token from the header too', async () => {
    const line = await practice.connect(tom, { auth: {}, extraHeaders: { authorization: `Bearer ${tom.token}` } });
    line.close();
  });

  it('believes no query, unless it is configured', async () => {
    const query = { userId: tom.id, userName: 'Tom' };
    assert.equal(await refusal(practice.connect(null, { role: 'calls', auth: {}, query })), 'unauthenticated');
  });

  it('is not for pages of strangers', async () => {
    for (const [origin, allowed] of [
      ['http://evil.example', false],
      ['http://friend.example', true],
      [practice.url('web'), true],
      ['null', false],
    ]) {
      const answer = await refusal(practice.connect(tom, { extraHeaders: { origin } }));
      assert.equal(answer === 'let in', allowed, `${origin}: ${answer}`);
    }
  });

  it('is not for the accounts listener', async () => {
    assert.notEqual(await refusal(practice.connect(tom, { role: 'accounts' })), 'let in');
  });
});

describe('a socket', () => {
  const soon = () => Math.floor(Date.now() / 1000) + 2 - 30;

  it('lives no longer than its token', async () => {
    // Tokens are believed for 30 s more, since clocks differ; a socket ends when its token says.
    const line = await practice.connect(tom, { auth: { token: token({ id: tom.id, exp: soon() + 31 }), deviceId: 'x' } });
    assert.deepEqual(await line.next('session-expired'), { code: 'session_expired' });
    await line.next('disconnect');
  });

  it('is renewed by reauthenticate, by its own user alone', async () => {
    const line = await practice.connect(tom, { auth: { token: token({ id: tom.id, exp: soon() + 31 }), deviceId: 'x' } });
    assert.equal((await line.ask('reauthenticate', { token: maya.token })).code, 'forbidden');
    assert.equal((await line.ask('reauthenticate', { token: 'nonsense' })).code, 'unauthenticated');
    assert.equal((await line.ask('reauthenticate', {})).code, 'bad_request');
    const { expiresAt } = await line.ask('reauthenticate', { token: tom.token });
    assert.ok(new Date(expiresAt).getTime() > Date.now());
    const witness = await practice.connect(tom, { auth: { token: token({ id: tom.id, exp: soon() + 32 }), deviceId: 'x' } });
    await witness.next('disconnect');
    await line.settled();
    assert.equal(line.socket.connected, true);
    line.close();
  });

  it('is cut within five seconds when its user is disabled, whatever it came by', async () => {
    const nora = await practice.person('Nora', 'patient');
    const lines = [
      await practice.connect(nora),
      await practice.old(nora),
      await practice.old(nora, { role: 'calls' }),
      await practice.old(nora, { transports: ['polling'] }),
    ];
    const upgraded = await practice.old(nora, { transports: ['polling', 'websocket'] });
    await upgraded.upgraded();
    lines.push(upgraded);
    const other = await practice.connect(tom);
    const began = performance.now();
    await practice.cli('user', 'disable', nora.email);
    for (const line of lines) {
      assert.equal((await line.next('session-expired')).code, 'session_expired');
      await line.next('disconnect');
    }
    assert.ok(performance.now() - began < 5000, `${performance.now() - began} ms`);
    assert.notEqual(await refusal(practice.connect(nora)), 'let in');
    await other.settled();
    assert.equal(other.socket.connected, true);
    other.close();
  });
});

describe('who may do what', () => {
  // Expected: the code of the answer, `ok`, or `x` for who is not even let in.
  const columns = ['nobody', 'tom', 'ida', 'maya', 'root'];
  const rows = [
    ['join-room, own', (me) => ['join-room', me?.id], ['x', 'ok', 'ok', 'ok', 'ok']],
    ["join-room, tom's", () => ['join-room', tom.id], ['x', 'ok', 'forbidden', 'forbidden', 'forbidden']],
    ['send to tom', () => ['send-message', { receiverId: tom.id, message: 'x' }], ['x', 'contact_not_allowed', 'contact_not_allowed', 'ok', 'ok']],
    ['send to maya', () => ['send-message', { receiverId: maya.id, message: 'x' }], ['x', 'ok', 'ok', 'contact_not_allowed', 'ok']],
    ['send to root', () => ['send-message', { receiverId: root.id, message: 'x' }], ['x', 'ok', 'ok', 'ok', 'contact_not_allowed']],
    ['send as tom', () => ['send-message', { senderId: tom.id, receiverId: root.id, message: 'x' }], ['x', 'ok', 'sender_mismatch', 'sender_mismatch', 'sender_mismatch']],
    ['type to tom', () => ['typing', { receiverId: tom.id, isTyping: true }], ['x', 'contact_not_allowed', 'contact_not_allowed', 'ok', 'ok']],
    ["read tom's with maya", () => ['read', { conversationId: theirs, seq: 1 }], ['x', 'ok', 'forbidden', 'ok', 'forbidden']],
    ["deliver tom's with maya", () => ['delivered', { conversationId: theirs, seq: 1 }], ['x', 'ok', 'forbidden', 'ok', 'forbidden']],
    ["mark tom's with maya", () => ['mark-as-read', { conversationId: theirs, messageId: first }], ['x', 'ok', 'forbidden', 'ok', 'forbidden']],
    ['sync', () => ['sync', { epoch: null, conversations: {} }], ['x', 'ok', 'ok', 'ok', 'ok']],
  ];
  let theirs, first;
  before(async () => {
    const line = await practice.connect(tom);
    ({ conversationId: theirs, _id: first } = await line.send(maya, 'hello'));
    line.close();
  });

  for (const [name, event, expected] of rows)
    it(name, async () => {
      const got = [];
      for (const column of columns) {
        const me = practice.people[column[0].toUpperCase() + column.slice(1)];
        try {
          const line = await practice.connect(me);
          const answer = await line.ask(...event(me));
          got.push(answer.code ?? 'ok');
          line.close();
        } catch {
          got.push('x');
        }
      }
      assert.deepEqual(Object.fromEntries(columns.map((c, n) => [c, got[n]])), Object.fromEntries(columns.map((c, n) => [c, expected[n]])));
    });

  const routes = [
    [() => '/api/inbox', [401, 200, 200, 200, 200]],
    [() => `/api/conversations/${tom.id}`, [401, 200, 403, 403, 403]],
    [() => `/api/conversations/${theirs}/messages`, [401, 200, 403, 200, 403]],
    [() => `/api/conversations/${theirs}/entries`, [401, 200, 403, 200, 403]],
    [() => `/api/conversations/${theirs}/stats`, [401, 200, 403, 200, 403]],
  ];
  for (const [path, expected] of routes)
    it(`GET ${path.toString().slice(7, -1)}`, async () => {
      const people = [null, tom, ida, maya, root];
      const got = await Promise.all(people.map((me) => practice.get(me, path()).then(({ status }) => status)));
      assert.deepEqual(got, expected);
    });
});
