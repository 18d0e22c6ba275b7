// The relay, tried by coturn's client in its modes: nothing may be lost.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { METHOD, ATTRIBUTE, TurnClient } from './client.mjs';
import { Relay, SECRET, echo, hasClient } from './relay.mjs';

const run = promisify(execFile);
const hasCoturn = await hasClient();
const skip = hasCoturn ? false : "coturn's client isn't here and couldn't be installed: SKIPPED, not passed";
if (skip) console.error(skip);

describe("coturn's client", { skip }, () => {
  let relay, peer, peerV6;
  before(async () => {
    peer = await echo('127.0.0.1');
    peerV6 = await echo('::1');
    relay = await Relay.open({ flags: ['--turn-allow-peer', '127.0.0.1', '--turn-allow-peer', '::1'] });
  });
  after(async () => {
    await relay?.close();
    peer?.close();
    peerV6?.close();
  });

  // To a peer without RTCP (-c), which would go to the port above.
  const MODES = {
    'UDP, channels, to a peer': () => ['-c', '-e', '127.0.0.1', '-r', peer.port],
    'UDP, indications, to a peer': () => ['-s', '-c', '-e', '127.0.0.1', '-r', peer.port],
    'UDP, channels, among clients': () => ['-y'],
    'UDP, indications, among clients': () => ['-y', '-s'],
    'UDP, 1,200 bytes, without RTCP': () => ['-y', '-c', '-l', '1200'],
    'UDP, padded channels': () => ['-y', '-D'],
    'UDP, extra requests': () => ['-y', '-G'],
    'TCP, channels, to a peer': () => ['-t', '-c', '-e', '127.0.0.1', '-r', peer.port],
    'TCP, indications, to a peer': () => ['-t', '-s', '-c', '-e', '127.0.0.1', '-r', peer.port],
    'TCP, channels, among clients': () => ['-t', '-y'],
    'TLS, channels, to a peer': () => ['-t', '-S', '-c', '-e', '127.0.0.1', '-r', peer.port],
    'TLS, indications, among clients': () => ['-t', '-S', '-y', '-s'],
    'TLS on the port of the pages, channels, to a peer': () => ['-t', '-S', '-c', '-e', '127.0.0.1', '-r', peer.port, 'https'],
    'TLS on the port of the pages, indications, among clients': () => ['-t', '-S', '-y', '-s', 'https'],
    'IPv6 by UDP, channels, to a peer': () => ['-x', '-c', '-e', '::1', '-r', peerV6.port],
    'IPv6 by UDP, indications, among clients': () => ['-x', '-y', '-s'],
    'IPv6 by TCP, channels, among clients': () => ['-x', '-t', '-y'],
    'IPv6 relay of an IPv4 client': () => ['-x', '-y', 'v4'],
  };
  // It sends at a leisurely pace, so that several keep nobody waiting.
  describe('in its modes', { concurrency: 6 }, () => {
    for (const [mode, flags] of Object.entries(MODES)) {
      it(mode, async () => {
        const all = flags();
        const isV6 = all.includes('-x') && !all.includes('v4');
        const role = all.includes('https') ? 'https' : all.includes('-S') ? 'turns' : 'turn';
        const to = isV6 ? { port: relay.port('turn', 1), host: '::1' } : { port: relay.port(role) };
        const own = all.filter((flag) => flag !== 'v4' && flag !== 'https');
        const { sent, received, lost, text } = await relay.client(['-m', '4', '-n', '20', ...own], to);
        assert.ok(sent >= 80, `it sent ${sent}:\n${text.slice(-2000)}`);
        assert.deepEqual({ received, lost }, { received: sent, lost: 0 }, text.slice(-2000));
      });
    }
  });

  it('who has another secret is not let in', async () => {
    const { sent, text } = await relay.client(['-m', '1', '-n', '1', '-y'], { secret: 'another' });
    assert.equal(sent, 0);
    assert.match(text, /401|Unauthorized|Cannot complete Allocation/i);
  });

  it('what its attacks leave', async () => {
    await Promise.all(['-N', '-R', '-B'].map((attack) => relay.client(['-m', '2', '-n', '2', '-c', '-y', attack])));
    const { sent, lost } = await relay.client(['-m', '2', '-n', '5', '-y']);
    assert.ok(sent >= 10 && lost === 0);
  });

  it('STUN alone', async () => {
    const { stdout } = await run('turnutils_stunclient', ['-p', relay.port('turn'), '127.0.0.1']);
    assert.match(stdout, /UDP reflexive addr: 127\.0\.0\.1:\d+/);
  });
});

describe('a relay without an allow list', { skip }, () => {
  it('reaches nobody on its own machine', async () => {
    const peer = await echo('127.0.0.1');
    const relay = await Relay.open();
    const { received } = await relay.client(['-m', '1', '-n', '5', '-c', '-e', '127.0.0.1', '-r', peer.port]);
    assert.equal(received, 0);
    const among = await relay.client(['-m', '2', '-n', '5', '-y']);
    assert.ok(among.sent >= 10 && among.lost === 0, 'by its own relay ports people reach each other');
    await relay.close();
    peer.close();
  });
});

describe('credentials', () => {
  it('are for who is signed in, and good', { skip }, async () => {
    const relay = await Relay.open();
    await relay.cli('user', 'add', '--name', 'Tom', '--email', 'tom@example.org', '--role', 'patient', '--password', 'correct horse battery');
    const signIn = await fetch(`http://${relay.addresses.accounts[0]}/api/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'tom@example.org', password: 'correct horse battery' }),
    });
    const { token, user } = await signIn.json();
    const ask = (headers) => fetch(`http://${relay.addresses.web[0]}/api/ice-servers`, { headers });
    assert.equal((await ask({})).status, 401);
    const { iceServers, expiresAt } = await (await ask({ authorization: `Bearer ${token}` })).json();
    const [stun, turn] = iceServers;
    const port = relay.port('turn');
    assert.deepEqual(stun, { urls: [`stun:127.0.0.1:${port}`] });
    assert.deepEqual(turn.urls, [
      `turn:127.0.0.1:${port}?transport=udp`,
      `turn:127.0.0.1:${port}?transport=tcp`,
      `turns:127.0.0.1:${relay.port('turns')}?transport=tcp`,
      `turns:127.0.0.1:${relay.port('https')}?transport=tcp`,
    ]);
    const [expires, id] = turn.username.split(':');
    assert.equal(id, user._id);
    const left = Number(expires) * 1000 - Date.now();
    assert.ok(left > 60_000 && left <= 15 * 60_000, `${left} ms are left`);
    assert.ok(Math.abs(Date.parse(expiresAt) - Number(expires) * 1000) < 1000);
    const { stdout } = await run('turnutils_uclient', ['-m', '2', '-n', '5', '-y', '-p', port, '-u', turn.username, '-w', turn.credential, '127.0.0.1']);
    assert.match(stdout, /Total lost packets 0 /);
    await relay.close();
  });
});

const CHANNEL = 0x4000;

describe('a client that sends much at once', () => {
  it('gets all of it back as it was, in its order', async () => {
    const peer = await echo('127.0.0.1');
    const relay = await Relay.open({ flags: ['--turn-allow-peer', '127.0.0.1'] });
    const client = await TurnClient.open(relay.port('turn'), SECRET, 'anna');
    assert.equal(await client.bindChannel(CHANNEL, '127.0.0.1', peer.port), 0);
    // Runs of one length, shorter and longer ones between, nothing at all, and more than fits an Ethernet frame.
    const lengths = [1000, 1000, 1000, 400, 1000, 1200, 1200, 1232, 1233, 1233, 0, 0, 60, 60, 1, 1, 4000, 4000, 60, 1000];
    for (let burst = 0; burst < 20; burst++) {
      const sent = lengths.map((length, at) => Buffer.alloc(length, burst * lengths.length + at));
      const received = [];
      await new Promise((done, failed) => {
        const late = setTimeout(() => failed(new Error(`of ${sent.length} in burst ${burst} came ${received.map(({ length }) => length)}`)), 5_000);
        client.onData = (data) => {
          received.push(Buffer.from(data));
          if (received.length === sent.length) done(clearTimeout(late));
        };
        for (const data of sent) client.send(CHANNEL, data);
      });
      assert.deepEqual(received, sent);
    }
    client.close();
    await relay.close();
    peer.close();
  });
});

describe('who may not sign in any more', () => {
  it('relays nothing more within seconds, and begins nothing', async () => {
    const relay = await Relay.open();
    const ids = {};
    for (const name of ['tom', 'eva']) {
      await relay.cli('user', 'add', '--name', name, '--email', `${name}@example.org`, '--role', 'patient', '--password', 'correct horse battery');
      const signIn = await fetch(`http://${relay.addresses.accounts[0]}/api/user/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `${name}@example.org`, password: 'correct horse battery' }),
      });
      ids[name] = (await signIn.json()).user._id;
    }
    const [tom, eva] = await Promise.all([ids.tom, ids.eva].map((id) => TurnClient.open(relay.port('turn'), SECRET, id)));
    const refresh = (client) => client.request(METHOD.refresh, [[ATTRIBUTE.lifetime, [0, 0, 2, 88]]]);
    assert.deepEqual([await refresh(tom), await refresh(eva)], [0, 0]);
    await relay.cli('user', 'disable', 'tom@example.org');
    const until = Date.now() + 5_000;
    while ((await refresh(tom)) !== 437) assert.ok(Date.now() < until, 'the allocation lives on');
    assert.equal(await refresh(eva), 0);
    tom.close();
    eva.close();
    await relay.close();
  });
});
