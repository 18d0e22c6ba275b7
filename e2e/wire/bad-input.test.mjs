// Whatever a field is, it is answered with a code, nothing is stored, and the socket stays.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Practice } from './support.mjs';

let practice, tom, maya, root, theirs, first;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
  root = await practice.person('Root', 'admin');
  const line = await practice.connect(tom);
  ({ conversationId: theirs, _id: first } = await line.send(maya, 'hello'));
  line.close();
});
after(() => practice?.close());

const nest = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** As JSON text, so that what no JSON.stringify would write can be said too. */
const ODD = {
  number: '7',
  'a huge number': '1e400',
  'a fraction': '0.5',
  boolean: 'true',
  array: '["a"]',
  operator: '{"$ne":1}',
  prototype: '{"__proto__":{"admin":true}}',
  NUL: '"a\\u0000b"',
  'lone surrogate': '"\\ud800"',
  'deep nesting': nest(20_000),
  'a long text': JSON.stringify('x'.repeat(200_000)),
};

const withField = (good, field, odd) => {
  const rest = Object.entries(good).filter(([name]) => name !== field).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${[...rest, `${JSON.stringify(field)}:${odd}`].join(',')}}`;
};

const ask = (role, method, path, { body, token, headers = {} } = {}) =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(practice.url(role));
    // Not fetch, which makes paths tidy.
    const asked = request(
      { hostname, port, method, path, headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data) => (text += data));
        response.on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
        response.on('error', failed);
      },
    );
    asked.on('error', failed);
    asked.setTimeout(10_000, () => asked.destroy(new Error(`no answer to ${method} ${path}`)));
    asked.end(body);
  });

const state = async () => {
  const inbox = await practice.get(tom, '/api/inbox');
  const people = await practice.get(root, '/api/people');
  return [
    inbox.body.conversations.map((one) => [one.lastSeq, one.mine, one.theirs]),
    people.body.users.map(({ _id, name, email, role, active }) => [_id, name, email, role, active]),
  ];
};

describe('REST', () => {
  const bodies = [
    ['accounts', 'POST', '/api/user/login', { email: 'tom@example.org', password: 'wrong wrong wrong' }, null, ['email', 'password']],
    ['accounts', 'POST', '/api/user/register', { name: 'N', email: 'tom@example.org', password: 'correct horse battery', role: 1 }, null, ['name', 'email', 'password', 'role']],
    ['accounts', 'PUT', '/api/user/change-password', { currentPassword: 'wrong wrong wrong', newPassword: 'short' }, 'tom', ['currentPassword', 'newPassword']],
    ['accounts', 'POST', '/api/users/batch', {}, 'tom', ['userIds']],
    ['web', 'POST', '/api/user/login', { email: 'tom@example.org', password: 'wrong wrong wrong' }, null, ['email', 'password']],
  ];
  for (const [role, method, path, good, who, fields] of bodies)
    for (const field of fields)
      it(`${method} ${path} on ${role}, ${field}`, async () => {
        const before = await state();
        const token = who && practice.people.Tom.token;
        for (const [name, odd] of [...Object.entries(ODD), ['null', 'null']]) {
          const { status, text } = await ask(role, method, path, { body: withField(good, field, odd), token });
          // A batch may leave out what is nobody's id.
          const fine = field === 'userIds' && name === 'array' && status === 200;
          assert.ok(fine || (status >= 400 && status < 500), `${name}: ${status} ${text.slice(0, 200)}`);
          if (!fine) assert.equal(typeof JSON.parse(text).code, 'string', `${name}: ${text.slice(0, 200)}`);
        }
        assert.deepEqual(await state(), before);
      });

  for (const [name, body, headers] of [
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['JSON that is cut short', '{"email":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe])],
    ['deep nesting', nest(100_000)],
    ['a form', 'email=a', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no content type', '{}', { 'content-type': '' }],
    ['300 kB', JSON.stringify({ email: 'x'.repeat(300_000) })],
  ])
    it(`a body that is ${name}`, async () => {
      for (const role of ['web', 'accounts']) {
        const { status, text } = await ask(role, 'POST', '/api/user/login', { body, headers });
        assert.ok(status >= 400 && status < 500, `${status} ${text}`);
        assert.equal(typeof JSON.parse(text).code, 'string');
      }
    });

  for (const path of ['x', '7', '%00', '%ff', '..%2f..', '{"$ne":1}', 'f'.repeat(25), 'f'.repeat(4000), '%F0%9F%98%80'])
    it(`the id ${path.slice(0, 30)}`, async () => {
      for (const [role, at] of [
        ['accounts', `/api/user/profile/${encodeURI(path)}`],
        ['chat', `/api/conversations/${encodeURI(path)}`],
        ['chat', `/api/conversations/${encodeURI(path)}/messages`],
        ['web', `/api/conversations/${encodeURI(path)}/entries`],
        ['accounts', `/api/user/users/role/${encodeURI(path)}`],
      ])
        for (const raw of [at, at.replaceAll('%25', '%')]) {
          const { status, text } = await ask(role, 'GET', raw, { token: tom.token });
          const fine = path === '7' && raw.includes('/role/');
          assert.ok(status >= 400 && status < 500, `${raw}: ${status} ${text}`);
          assert.ok(fine || JSON.parse(text).code, text);
        }
    });

  for (const query of ['limit=0', 'limit=-1', 'limit=x', 'limit=99999999999', 'before=-1', 'before=1e3', 'before=99999999999999999999', 'limit[$ne]=1&before[]=x'])
    it(`the query ${query}`, async () => {
      const { status } = await ask('chat', 'GET', `/api/conversations/${theirs}/messages?${query}`, { token: tom.token });
      assert.ok(status === 200 ? query.includes('$ne') : status >= 400 && status < 500, `${status}`);
    });
});

describe('sockets', () => {
  const good = (event) =>
    ({
      'send-message': { receiverId: maya.id, message: 'x', messageType: 'text', clientMessageId: 'k', senderId: tom.id },
      plan: { receiverId: maya.id, message: '', messageType: 'plan', planId: 'p' },
      'mark-as-read': { conversationId: theirs, messageId: first, userId: tom.id },
      typing: { receiverId: maya.id, senderId: tom.id, isTyping: true },
      read: { conversationId: theirs, seq: 1 },
      delivered: { conversationId: theirs, seq: 1 },
      sync: { epoch: 'x', conversations: {} },
      reauthenticate: { token: 'x' },
      'webrtc-call-request': { responderId: maya.id, callType: 'video' },
      'webrtc-call-response': { callerId: maya.id, accepted: true, callId: 'f'.repeat(24) },
      'webrtc-offer': { targetUserId: maya.id, offer: { type: 'offer', sdp: 'v=0' } },
      'webrtc-answer': { targetUserId: maya.id, answer: { type: 'answer', sdp: 'v=0' } },
      'webrtc-ice-candidate': { targetUserId: maya.id, candidate: { candidate: 'x' } },
      'user-status-update': { status: 'busy' },
    })[event];
  const events = {
    'send-message': ['receiverId', 'message', 'messageType', 'clientMessageId', 'senderId', 'replyTo'],
    plan: ['planId', 'planName', 'totalCalories', 'preferences', 'meals'],
    'mark-as-read': ['conversationId', 'messageId', 'userId'],
    typing: ['receiverId', 'senderId', 'isTyping'],
    read: ['conversationId', 'seq'],
    delivered: ['conversationId', 'seq'],
    sync: ['conversations'],
    reauthenticate: ['token'],
    'webrtc-call-request': ['responderId', 'callType', 'roomId'],
    'webrtc-call-response': ['callerId', 'accepted', 'callId', 'reason'],
    'webrtc-offer': ['targetUserId', 'offer'],
    'webrtc-answer': ['targetUserId', 'answer'],
    'webrtc-ice-candidate': ['targetUserId', 'candidate'],
    'user-status-update': ['status'],
  };
  /** Odd values that are fine in that field after all. */
  const fine = {
    message: ['NUL'], planId: ['number', 'NUL'], planName: ['NUL'], roomId: ['NUL'], status: ['NUL'],
    totalCalories: ['number', 'a huge number', 'a fraction', 'NUL'], meals: ['array'], candidate: ['operator', 'prototype'],
    preferences: ['number', 'a huge number', 'a fraction', 'boolean', 'array', 'operator', 'prototype', 'NUL', 'lone surrogate'],
    isTyping: ['boolean'], accepted: ['boolean'], seq: ['number'],
  };
  for (const [name, fields] of Object.entries(events))
    for (const field of fields)
      it(`${name}, ${field}`, async () => {
        const line = await practice.connect(tom);
        const witness = await practice.connect(maya);
        const before = await state();
        const event = name === 'plan' ? 'send-message' : name;
        const passed = [];
        for (const [odd, value] of Object.entries(ODD)) {
          const raw = `["${event}",${withField(good(name), field, value)}]`;
          const answered = new Promise((done, failed) => {
            const timer = setTimeout(() => failed(new Error(`no answer to ${odd}`)), 2000);
            line.socket.acks[900_000] = (...args) => (clearTimeout(timer), done(args.at(-1)));
            // Not by the client's encoder, which would make it tidy.
            line.socket.io.engine.write(`2900000${raw}`);
          });
          const answer = await answered;
          if (typeof answer?.code !== 'string') passed.push(odd);
          else assert.ok(!['internal', 'unavailable'].includes(answer.code), `${odd}: ${answer.code}`);
        }
        const expected = fine[field] ?? [];
        const surprising = passed.filter((odd) => !expected.includes(odd));
        assert.deepEqual(surprising, [], 'taken');
        if (passed.length === 0) assert.deepEqual(await state(), before);
        await Promise.all([line.settled(), witness.settled()]);
        line.close();
        witness.close();
      });
});

describe('addresses', () => {
  const traversal = ['/..%2f..%2fetc/passwd', '/%2e%2e%2fetc/passwd', '/assets/..%2f..%2fCargo.toml', '/assets/%2e%2e/index.html', '//etc/passwd', '/..\\..\\etc', '/%00', '/assets/%00.js', '/%ff'];
  for (const path of traversal)
    it(`${path} shows nothing`, async () => {
      const { status, text } = await ask('web', 'GET', path);
      assert.ok(status === 404 || status === 400, `${status}`);
      assert.doesNotMatch(text, /root:|\[workspace\]/);
    });

  it('have LiveKit tokens for who says who they are, on calls and web', async () => {
    for (const [role, stranger, known] of [
      ['calls', 'unauthenticated', 'forbidden'],
      ['web', 'unauthenticated', 'forbidden'],
      ['chat', 'not_found', 'not_found'],
      ['accounts', 'not_found', 'not_found'],
    ]) {
      for (const [token, code] of [[undefined, stranger], [tom.token, known]]) {
        const { text } = await ask(role, 'POST', '/api/getToken', { token, body: '{"roomName":"x"}' });
        assert.equal(JSON.parse(text).code, code, role);
      }
    }
  });

  it('answer HEAD as GET, conditionally too, and no method that is none', async () => {
    const page = { accept: 'text/html' };
    const got = await ask('web', 'GET', '/', { headers: page });
    const head = await ask('web', 'HEAD', '/', { headers: page });
    assert.deepEqual([head.status, head.text, head.headers['content-type']], [200, '', got.headers['content-type']]);
    assert.equal((await ask('web', 'HEAD', '/chat', { headers: page })).status, 200);
    assert.equal((await ask('web', 'HEAD', '/api/nothing', { headers: page })).status, 404);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(got.text)?.[1];
    assert.ok(script, 'the page has a script');
    const asset = await ask('web', 'GET', script);
    assert.equal(asset.status, 200);
    assert.match(asset.headers['content-type'], /javascript/);
    assert.match(asset.headers['cache-control'], /immutable/);
    if (asset.headers.etag) {
      const again = await ask('web', 'GET', script, { headers: { 'if-none-match': asset.headers.etag } });
      assert.deepEqual([again.status, again.text], [304, '']);
      assert.equal(again.headers['x-content-type-options'], 'nosniff');
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'TRACE'])
      for (const path of ['/', '/chat', script, '/health', '/api/inbox']) {
        const { status } = await ask('web', method, path, { headers: page });
        assert.ok([404, 405].includes(status), `${method} ${path}: ${status}`);
      }
  });

  it('guard every answer, errors and files too', async () => {
    for (const role of ['web', 'accounts', 'chat', 'calls'])
      for (const path of ['/', '/health', '/api/nothing', '/api/user/me', '/socket.io/', '/socket.io/?EIO=4&transport=polling&sid=x', '/..%2fx']) {
        const { headers } = await ask(role, 'GET', path);
        for (const name of ['x-content-type-options', 'x-request-id', 'referrer-policy', 'content-security-policy'])
          assert.ok(headers[name], `${name} of ${path} on ${role}`);
      }
  });
});
