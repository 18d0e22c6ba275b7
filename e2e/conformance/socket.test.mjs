// The public suite of Socket.IO 5 (32 tests), by behaviour, against Socket.IO as we set it up, behind what stands before it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { engineSuite } from './engine.mjs';
import { serve, Socket } from './support.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());
const path = '/socket.io/';
const opened = async () => {
  const socket = new Socket(`ws://${server.address}${path}?EIO=4&transport=websocket`);
  assert.equal((await socket.next())[0], '0');
  return socket;
};
const joined = async () => {
  const socket = await opened();
  socket.send('40');
  assert.match(await socket.next(), /^40\{/);
  assert.equal(await socket.next(), '42["auth",{}]');
  return socket;
};

describe('Socket.IO 5', () => {
  engineSuite(() => server.address, path, { echoes: false });

  describe('connect', () => {
    for (const [what, packet, prefix, auth] of [
      ['the main namespace', '40', '40', '42["auth",{}]'],
      ['the main namespace, with a payload', '40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
      ['another namespace', '40/custom,', '40/custom,', '42/custom,["auth",{}]'],
      ['another namespace, with a payload', '40/custom,{"token":"abc"}', '40/custom,', '42/custom,["auth",{"token":"abc"}]'],
    ])
      it(what, async () => {
        const socket = await opened();
        socket.send(packet);
        const answer = await socket.next();
        assert.ok(answer.startsWith(prefix), answer);
        const { sid, ...rest } = JSON.parse(answer.slice(prefix.length));
        assert.equal(typeof sid, 'string');
        assert.deepEqual(rest, {});
        assert.equal(await socket.next(), auth);
        socket.close();
      });
    it('not a namespace that is unknown', async () => {
      const socket = await opened();
      socket.send('40/random');
      assert.equal(await socket.next(), '44/random,{"message":"Invalid namespace"}');
      socket.close();
    });
    it('not by what is no packet', async () => {
      const socket = await opened();
      socket.send('4abc');
      await socket.closed();
    });
    it('who does not join is closed', async () => {
      const socket = await opened();
      // It answers heartbeats, so that it is not for those that it is closed.
      assert.equal(await socket.next(), '1');
      await socket.closed();
    });
  });

  describe('disconnect', () => {
    it('from the main namespace', async () => {
      const socket = await joined();
      socket.send('41');
      // What comes after is a heartbeat and nothing else.
      assert.equal(await socket.frame(), '2');
      socket.close();
    });
    it('from another namespace, and the main one goes on', async () => {
      const socket = await joined();
      socket.send('40/custom');
      assert.match(await socket.next(), /^40\/custom,/);
      assert.equal(await socket.next(), '42/custom,["auth",{}]');
      socket.send('41/custom');
      socket.send('42["message","message to main namespace"]');
      assert.equal(await socket.next(), '42["message-back","message to main namespace"]');
      socket.close();
    });
  });

  describe('message', () => {
    for (const [what, sent, back] of [
      ['text', '42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'],
      ['text, acknowledged', '42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'],
    ])
      it(what, async () => {
        const socket = await joined();
        socket.send(sent);
        assert.equal(await socket.next(), back);
        socket.close();
      });
    const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
    for (const [what, sent, back] of [
      ['bytes', `452-["message",${places}]`, `452-["message-back",${places}]`],
      ['bytes, acknowledged', `452-789["message-with-ack",${places}]`, `462-789[${places}]`],
    ])
      it(what, async () => {
        const socket = await joined();
        for (const frame of [sent, Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]) socket.send(frame);
        for (const expected of [back, Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)])
          assert.deepEqual(await socket.next(), expected);
        socket.close();
      });
    for (const [what, frame] of [
      ['an unknown type', '4abc'],
      ['a payload that is no array', '42{}'],
      ['an acknowledgement number that is none', '42abc["message-with-ack",1,"2",{"3":[false]}]'],
    ])
      it(`${what} closes the connection`, async () => {
        const socket = await joined();
        socket.send(frame);
        await socket.closed();
      });
  });
});
