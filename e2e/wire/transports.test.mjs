// What is below Socket.IO: polls, upgrades, and frames that no client of ours would send.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import { Practice } from './support.mjs';

let practice, tom, maya, witness;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
  witness = await practice.connect(maya);
});
after(() => practice?.close());

const END = '\x1e';

/** A client that polls, frame by frame; all of it by one agent, so that TCP connections are shared. */
class Polling {
  constructor(url, agent = new Agent({ keepAlive: true })) {
    this.url = url;
    this.agent = agent;
  }

  ask(method, query, body) {
    return new Promise((done, failed) => {
      const asked = request(`${this.url}/socket.io/?EIO=4&transport=polling${query}`, { method, agent: this.agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data) => (text += data));
        response.on('end', () => done({ status: response.statusCode, text }));
        response.on('error', failed);
      });
      asked.on('error', failed);
      asked.setTimeout(10_000, () => asked.destroy(new Error('no answer in 10 s')));
      asked.end(body);
    });
  }

  async open() {
    const { status, text } = await this.ask('GET', '');
    assert.equal(status, 200);
    this.sid = JSON.parse(text.slice(1)).sid;
    return this;
  }

  async join(auth) {
    await this.open();
    await this.post(`40${JSON.stringify(auth)}`);
    // A ping may come first, and alone.
    let text = '';
    while (!text.includes('40{')) ({ text } = await this.poll());
    await this.post('3');
    return this;
  }

  poll() {
    return this.ask('GET', `&sid=${this.sid}`);
  }

  post(...frames) {
    return this.ask('POST', `&sid=${this.sid}`, frames.join(END));
  }
}

const theirs = (person, role = 'chat') => practice.get(person, `/api/conversations/${person.id}`, role).then(({ body }) => body);

describe('a client that polls', () => {
  for (const [what, waits] of [['while its poll waits', true], ['while it does not poll', false]])
    it(`is cut off within five seconds, ${what}`, async () => {
      const name = waits ? 'Nora' : 'Olga';
      const person = await practice.person(name, 'patient');
      const agent = new Agent({ keepAlive: true });
      const client = await new Polling(practice.url('chat'), agent).join({ token: person.token });
      const neighbour = await new Polling(practice.url('chat'), agent).join({ token: tom.token });
      const waiting = waits ? client.poll() : undefined;
      const neighbours = neighbour.poll();
      const began = performance.now();
      await practice.cli('user', 'disable', person.email);
      if (waits) assert.match((await waiting).text, /session-expired/);
      let answer;
      do answer = await client.poll();
      while (answer.status === 200 && performance.now() - began < 5000);
      assert.equal(answer.status, 400, answer.text);
      assert.ok(performance.now() - began < 5000);
      const late = ['send-message', { receiverId: maya.id, message: 'late', messageType: 'text' }];
      assert.equal((await client.post(`42${JSON.stringify(late)}`)).status, 400);
      assert.equal((await client.post(`40${JSON.stringify({ token: tom.token })}`)).status, 400, 'nor does another join by it');
      assert.deepEqual(await theirs(maya).then((all) => all.filter((one) => one.lastMessage === 'late')), []);
      // Another session by the same TCP connections is not hurt.
      await witness.send(tom, `for ${name}`);
      assert.match((await neighbours).text, new RegExp(`for ${name}`));
      agent.destroy();
    });

  it('is cut off too once it has moved to a websocket', async () => {
    const paul = await practice.person('Paul', 'patient');
    const line = await practice.old(paul, { transports: ['polling', 'websocket'] });
    await line.upgraded();
    const transport = line.socket.io.engine.transport.ws;
    // A client that does not go when it is told to.
    const closed = new Promise((done) => transport.on('close', done));
    line.socket.io.engine.close = () => {};
    await practice.cli('user', 'disable', paul.email);
    await closed;
  });
});

const socket = async (url) => {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  ws.frames = [];
  ws.on('message', (data) => ws.frames.push(String(data)));
  ws.on('error', () => {});
  await new Promise((done) => ws.once('message', done));
  return ws;
};

describe('frames that make no sense', () => {
  const frames = {
    'an unknown Engine.IO type': '9',
    'nothing': '',
    'an unknown Socket.IO type': '49',
    'a message without a packet': '4',
    'an open packet': '0{}',
    'an upgrade without a probe': '5',
    'a pong that nobody asked for': '3',
    'a probe': '2probe',
    'noop': '6',
    'two connects': '40{}',
    'an unknown namespace': '40/admin,{}',
    'an event for an unknown namespace': '42/admin,["send-message",{}]',
    'an event that is no array': '42{"a":1}',
    'an event without a name': '42[]',
    'an event whose name is a number': '42[7,{}]',
    'an event whose name is null': '42[null]',
    'an event that is cut short': '42["send-message",{',
    'a huge acknowledgement number': '4299999999999999999999["join-room","x"]',
    'a negative acknowledgement number': '42-1["join-room","x"]',
    'an acknowledgement of nothing': '4377["x"]',
    'a binary event without its attachment': '451-["send-message",{"_placeholder":true,"num":0}]',
    'a binary event with a million attachments': '451000000-["send-message",{"_placeholder":true,"num":0}]',
    'a binary acknowledgement': '461-7[{"_placeholder":true,"num":0}]',
    'a connect error from a client': '44{"message":"x"}',
    'an array of arrays': `42["send-message",${'['.repeat(5000)}${']'.repeat(5000)}]`,
    'objects in objects': `42["send-message",${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}]`,
    'NUL': '42["send-message",{"receiverId":"\\u0000","message":"\\u0000"}]',
    'a lone surrogate': '42["send-message",{"receiverId":"\\ud800","message":"\\ud800"}]',
    'a reserved event': '42["disconnect",{}]',
    'another reserved event': '42["connect_error",{}]',
    '__proto__': '42["__proto__",{"__proto__":{"a":1}}]',
  };
  for (const [name, frame] of Object.entries(frames))
    it(name, async () => {
      const before = await theirs(tom);
      const neighbour = await practice.connect(tom);
      for (const role of ['chat', 'calls', 'web']) {
        const ws = await socket(practice.url(role));
        ws.send(`40${JSON.stringify({ token: tom.token })}`);
        await new Promise((done) => ws.once('message', done));
        ws.send(frame);
        ws.send(`421${JSON.stringify(['join-room', tom.id])}`);
        // It is either answered after that or closed: never left hanging.
        await new Promise((done, failed) => {
          const timer = setTimeout(() => failed(new Error(`hangs on ${role}: ${ws.frames}`)), 8000);
          const look = () => ws.frames.some((text) => text.startsWith('431')) && (clearTimeout(timer), done());
          ws.on('message', look);
          ws.once('close', () => (clearTimeout(timer), done()));
          look();
        });
        ws.terminate();
        const polling = await new Polling(practice.url(role)).join({ token: tom.token });
        assert.ok((await polling.post(frame)).status < 500);
        polling.agent.destroy();
      }
      await neighbour.settled();
      assert.equal(neighbour.socket.connected, true);
      assert.deepEqual(await theirs(tom), before);
      neighbour.close();
    });

  it('binary frames, and an upgrade that is asked for twice', async () => {
    const ws = await socket(practice.url('chat'));
    ws.send(Buffer.from([4, 0, 255]));
    ws.send(Buffer.alloc(100_000));
    const client = await new Polling(practice.url('chat')).join({ token: tom.token });
    const upgrade = () => {
      const url = `${practice.url('chat').replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${client.sid}`;
      const ws = new WebSocket(url);
      ws.on('error', () => {});
      return new Promise((done) => {
        ws.once('open', () => (ws.send('2probe'), ws.send('5'), done(ws)));
        ws.once('close', () => done(ws));
      });
    };
    const both = await Promise.all([upgrade(), upgrade()]);
    const third = await upgrade();
    for (const one of [ws, ...both, third]) one.terminate();
    await witness.settled();
    assert.equal(witness.socket.connected, true);
    client.agent.destroy();
  });
});

describe('requests to /socket.io/ that make no sense', () => {
  for (const [method, query] of [
    ['GET', ''],
    ['GET', '?EIO=4'],
    ['GET', '?EIO=3&transport=polling'],
    ['GET', '?EIO=4&transport=pigeon'],
    ['GET', '?EIO=4&transport=polling&sid=x'],
    ['GET', '?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA'],
    ['POST', '?EIO=4&transport=polling'],
    ['POST', '?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA'],
    ['GET', '?EIO=4&transport=websocket'],
    ['DELETE', '?EIO=4&transport=polling'],
    ['PUT', '?EIO=4&transport=polling'],
  ])
    it(`${method} ${query}`, async () => {
      for (const role of ['web', 'chat', 'calls']) {
        const { status } = await fetch(`${practice.url(role)}/socket.io/${query}`, { method });
        assert.ok(status >= 400 && status < 500, `${role}: ${status}`);
      }
      assert.equal((await fetch(`${practice.url('accounts')}/socket.io/${query}`, { method })).status, 404);
    });
});
