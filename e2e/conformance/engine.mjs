// What the Engine.IO suite and the first half of the Socket.IO suite have in common, of one path.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pause, PING_INTERVAL, PING_TIMEOUT, Polling, Socket } from './support.mjs';

const open = (packet, upgrades) => {
  assert.equal(packet[0], '0');
  const value = JSON.parse(packet.slice(1));
  assert.deepEqual(Object.keys(value).sort(), ['maxPayload', 'pingInterval', 'pingTimeout', 'sid', 'upgrades']);
  assert.equal(typeof value.sid, 'string');
  const { sid, ...rest } = value;
  assert.deepEqual(rest, { upgrades, pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1_000_000 });
};

/** `at()` is the address, known once the server runs; `echoes` says whether a message comes back as it is. */
export function engineSuite(at, path, { echoes }) {
  const http = () => `http://${at()}${path}`;
  const socket = (query) => new Socket(`ws://${at()}${path}${query}`);
  const websocket = () => socket('?EIO=4&transport=websocket');
  const upgrade = async ({ sid }) => {
    const upgrading = socket(`?EIO=4&transport=websocket&sid=${sid}`);
    await upgrading.opened;
    upgrading.send('2probe');
    assert.equal(await upgrading.frame(), '3probe');
    return upgrading;
  };
  const still = async (upgraded) => {
    if (echoes) {
      upgraded.send('4hello');
      assert.equal(await upgraded.next(), '4hello');
    }
    upgraded.close();
  };

  describe('handshake', () => {
    it('opens a session by polling', async () => {
      const response = await fetch(`${http()}?EIO=4&transport=polling`);
      assert.equal(response.status, 200);
      open(await response.text(), ['websocket']);
    });
    for (const [what, queries] of [
      ['version', ['?transport=polling', '?EIO=abc&transport=polling']],
      ['transport', ['?EIO=4', '?EIO=4&transport=abc']],
    ])
      it(`refuses a wrong ${what} over HTTP`, async () => {
        for (const query of queries) assert.equal((await fetch(http() + query)).status, 400, query);
      });
    it('refuses a wrong method', async () => {
      for (const method of ['POST', 'PUT'])
        assert.equal((await fetch(`${http()}?EIO=4&transport=polling`, { method })).status, 400, method);
    });
    it('opens a session by websocket', async () => {
      const opened = websocket();
      open(await opened.frame(), []);
      opened.close();
    });
    for (const [what, queries] of [
      ['version', ['?transport=websocket', '?EIO=abc&transport=websocket']],
      ['transport', ['?EIO=4', '?EIO=4&transport=abc']],
    ])
      it(`refuses a websocket of a wrong ${what}`, async () => {
        for (const query of queries) await socket(query).closed();
      });
  });

  describe('heartbeat', () => {
    it('beats over HTTP', async () => {
      const polling = await new Polling(http()).open();
      for (let beat = 0; beat < 3; beat++) {
        assert.deepEqual(await polling.poll(), { status: 200, text: '2' });
        assert.equal((await polling.post('3')).status, 200);
      }
    });
    it('ends a session that polls and does not answer', async () => {
      const polling = await new Polling(http()).open();
      await pause(PING_INTERVAL + PING_TIMEOUT);
      assert.equal((await polling.poll()).status, 400);
    });
    it('beats over a websocket', async () => {
      const beating = websocket();
      await beating.frame();
      for (let beat = 0; beat < 3; beat++) {
        assert.equal(await beating.frame(), '2');
        beating.send('3');
      }
      beating.close();
    });
    it('ends a websocket that does not answer', () => websocket().closed());
  });

  describe('close', () => {
    it('ends a session that says so over HTTP, and the poll that waits', async () => {
      const polling = await new Polling(http()).settle();
      const waiting = polling.poll();
      await pause(20);
      await polling.post('1');
      assert.deepEqual(await waiting, { status: 200, text: '6' });
      assert.equal((await polling.poll()).status, 400);
    });
    it('ends a websocket that says so', async () => {
      const leaving = websocket();
      await leaving.frame();
      leaving.send('1');
      await leaving.closed();
    });
  });

  describe('upgrade', () => {
    it('from polling to a websocket', async () => {
      const polling = await new Polling(http()).settle();
      const upgrading = await upgrade(polling);
      if (echoes) assert.deepEqual(await polling.poll(), { status: 200, text: '6' });
      upgrading.send('5');
      await still(upgrading);
    });
    it('polls of a session that was upgraded are refused', async () => {
      const polling = await new Polling(http()).settle();
      const upgraded = await upgrade(polling);
      upgraded.send('5');
      // The upgrade is there once something comes back by it; until then a poll is answered by a noop.
      if (echoes) {
        upgraded.send('4there');
        assert.equal(await upgraded.next(), '4there');
      } else assert.equal(await upgraded.frame(), '2');
      assert.equal((await polling.poll()).status, 400);
      await still(upgraded);
    });
    it('a second websocket of a session is closed', async () => {
      const polling = await new Polling(http()).settle();
      const upgraded = await upgrade(polling);
      upgraded.send('5');
      await socket(`?EIO=4&transport=websocket&sid=${polling.sid}`).closed();
      await still(upgraded);
    });
  });
}
