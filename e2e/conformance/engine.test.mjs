// The public suite of Engine.IO 4 (25 tests), by behaviour, against our accept loop and what stands before our sockets.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { engineSuite } from './engine.mjs';
import { pause, Polling, serve, Socket } from './support.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());
const path = '/engine.io/';
const polls = () => new Polling(`http://${server.address}${path}`);
const websocket = async () => {
  const socket = new Socket(`ws://${server.address}${path}?EIO=4&transport=websocket`);
  assert.equal((await socket.frame())[0], '0');
  return socket;
};

describe('Engine.IO 4', () => {
  engineSuite(() => server.address, path, { echoes: true });

  describe('messages', () => {
    for (const [what, payload] of Object.entries({
      'one text': '4hello',
      'several texts': '4test1\x1e4test2\x1e4test3',
      'text and bytes': '4hello\x1ebAQIDBA==',
    }))
      it(`${what} over HTTP`, async () => {
        const polling = await polls().settle();
        assert.deepEqual(await polling.post(payload), { status: 200, text: 'ok' });
        assert.deepEqual(await polling.poll(), { status: 200, text: payload });
      });
    it('what is no packet ends a session over HTTP', async () => {
      const polling = await polls().settle();
      assert.equal((await polling.post('abc')).status, 400);
      assert.equal((await polling.poll()).status, 400);
    });
    it('two polls at once end a session', async () => {
      const polling = await polls().settle();
      const first = polling.poll();
      await pause(20);
      assert.ok([400, 500].includes((await polling.poll()).status));
      assert.deepEqual(await first, { status: 200, text: '1' });
      assert.equal((await polling.poll()).status, 400);
    });
    it('a poll that is given up ends a session', async () => {
      const polling = await polls().settle();
      const giveUp = new AbortController();
      const given = polling.poll({ signal: giveUp.signal });
      await pause(20);
      giveUp.abort();
      await assert.rejects(given);
      assert.equal((await polling.poll()).status, 400);
    });
    it('text over a websocket', async () => {
      const socket = await websocket();
      socket.send('4hello');
      assert.equal(await socket.next(), '4hello');
      socket.close();
    });
    it('bytes over a websocket', async () => {
      const socket = await websocket();
      socket.send(Uint8Array.of(1, 2, 3, 4));
      assert.deepEqual(await socket.next(), Uint8Array.of(1, 2, 3, 4));
      socket.close();
    });
    it('what is no packet ends a websocket', async () => {
      const socket = await websocket();
      socket.send('abc');
      await socket.closed();
    });
  });
});
