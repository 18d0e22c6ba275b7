// The relay against coturn, by coturn's own client, one after the other: `node turn.mjs [clients] [messages] [bytes]`.
// Every message crosses a relay twice: out to a peer and back, or by both clients' relays. What counts is relayed packets
// per second of the server's CPU, and that none is lost.
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cpuSeconds, residentKiB, start } from './lib.mjs';

const run = promisify(execFile);
const moodbites = process.env.MOODBITES_BIN ?? new URL('../target/release/moodbites', import.meta.url).pathname;
const [clients = '50', messages = '2000', bytes = '1000'] = process.argv.slice(2);
const SECRET = 'bench';
const RELAY_PORTS = [61000, 65535];
const round = (value) => Math.round(value).toLocaleString('en');

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Until a Binding is answered. */
async function answers(port) {
  for (let tries = 0; tries < 100; tries++) {
    const { stdout = '' } = await run('turnutils_stunclient', ['-p', `${port}`, '127.0.0.1'], { timeout: 500 }).catch((error) => error);
    if (/UDP reflexive addr/.test(stdout)) return;
    await pause(50);
  }
  throw new Error('the server does not answer');
}

async function ours() {
  const data = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
  const listen = ['web=127.0.0.1:0', 'accounts=off', 'chat=off', 'calls=off', 'turn=127.0.0.1:0'].flatMap((one) => ['--listen', one]);
  const flags = ['--turn-relay-ports', RELAY_PORTS.join('-'), '--turn-allow-peer', '127.0.0.1'];
  const env = { MOODBITES_LOG: 'error', MOODBITES_LIMITS: 'off', MOODBITES_TURN_SECRET: SECRET };
  const server = await start(moodbites, ['serve', '--data', data, ...listen, ...flags], env);
  const stop = async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  };
  return { pid: server.pid, port: Number(server.addresses.turn[0].split(':')[1]), stop };
}

async function coturn() {
  const port = await freePort();
  const address = ['-L', '127.0.0.1', '-E', '127.0.0.1', '-p', `${port}`, '--min-port', `${RELAY_PORTS[0]}`, '--max-port', `${RELAY_PORTS[1]}`];
  const auth = ['--use-auth-secret', `--static-auth-secret=${SECRET}`, '-r', 'bench', '--allow-loopback-peers'];
  const quiet = ['-n', '--no-cli', '--no-tls', '--no-dtls', '--no-stdout-log', '-l', '/dev/null', '--pidfile', '/dev/null'];
  const child = spawn('turnserver', [...quiet, ...address, ...auth], { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  await answers(port);
  return { pid: child.pid, port, stop: () => (child.kill('SIGTERM'), ended) };
}

async function measure(server, flags) {
  const [cpu, began] = [cpuSeconds(server.pid), performance.now()];
  const args = ['-m', clients, '-n', messages, '-l', bytes, '-z', '1', '-c', ...flags, '-p', `${server.port}`, '-u', 'bench', '-W', SECRET, '127.0.0.1'];
  const { stdout } = await run('turnutils_uclient', args, { maxBuffer: 256 * 1024 * 1024 });
  const received = Number([...stdout.matchAll(/tot_recv_msgs=(\d+)/g)].at(-1)?.[1] ?? 0);
  const lost = /Total lost packets (\d+)/.exec(stdout)?.[1];
  const used = cpuSeconds(server.pid) - cpu;
  return { relayed: 2 * received, lost, used, perCpu: (2 * received) / used, seconds: (performance.now() - began) / 1000 };
}

const peerPort = await freePort();
const peer = spawn('turnutils_peer', ['-p', `${peerPort}`, '-L', '127.0.0.1'], { stdio: 'ignore' });
try {
  console.log(`${clients} clients, ${messages} messages of ${bytes} bytes each\n`);
  console.log('| server | way | relayed | lost | CPU s | relayed per CPU s | RSS MiB |\n| --- | --- | --- | --- | --- | --- | --- |');
  for (const [way, flags] of [
    ['channels, to a peer', ['-e', '127.0.0.1', '-r', `${peerPort}`]],
    ['indications, to a peer', ['-s', '-e', '127.0.0.1', '-r', `${peerPort}`]],
    ['channels, among clients', ['-y']],
    ['channels, by TCP, to a peer', ['-t', '-e', '127.0.0.1', '-r', `${peerPort}`]],
  ]) {
    const each = {};
    for (const [name, open] of [['moodbites', ours], ['coturn', coturn]]) {
      const server = await open();
      const { relayed, lost, used, perCpu } = await measure(server, flags);
      each[name] = perCpu;
      console.log(`| ${name} | ${way} | ${round(relayed)} | ${lost} | ${used.toFixed(2)} | ${round(perCpu)} | ${(residentKiB(server.pid) / 1024).toFixed(0)} |`);
      await server.stop();
    }
    console.log(`| | | | | | ${(each.moodbites / each.coturn).toFixed(2)} times | |`);
  }
} finally {
  peer.kill('SIGTERM');
}
