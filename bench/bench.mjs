// Runs everything and prints the table of bench/README.md. `node bench.mjs [messages|idle|start]` runs one part.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { idle } from './idle.mjs';
import { median, residentKiB, start } from './lib.mjs';
import { messages } from './messages.mjs';

const root = new URL('..', import.meta.url).pathname;
const moodbites = process.env.MOODBITES_BIN ?? join(root, 'target/release/moodbites');
const relay = join(root, 'bench/peers/socket-io-relay.mjs');
const PAIRS = 32;
const PASSWORD = 'correct horse battery';
const only = process.argv[2];
const rows = [];

const round = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));
const row = (what, ours, peer) => rows.push([what, ours, peer ?? '–', peer ? (ours / peer).toFixed(2) : '–']);

function serve(data, env = {}) {
  const listen = ['--listen', 'web=127.0.0.1:0', ...['accounts', 'chat', 'calls'].flatMap((role) => ['--listen', `${role}=off`])];
  // Limits that a person never meets would stop a load generator at once.
  return start(moodbites, ['serve', '--data', data, ...listen], { MOODBITES_LOG: 'warn', MOODBITES_LIMITS: 'off', ...env });
}

function addUser(data, name, role) {
  execFileSync(moodbites, ['user', 'add', '--data', data, '--name', name, '--email', `${name}@example.org`, '--role', role, '--password', PASSWORD]);
}

async function signIn(address, name) {
  const answer = await fetch(`http://${address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${name}@example.org`, password: PASSWORD }),
  });
  if (!answer.ok) throw new Error(`sign-in of ${name}: ${answer.status} ${await answer.text()}`);
  const { accessToken, user } = await answer.json();
  return { id: user._id, auth: { token: accessToken, deviceId: `bench-${name}` } };
}

async function practice(data, server) {
  const pairs = [];
  for (let n = 0; n < PAIRS; n++) {
    const [patient, dietician] = await Promise.all([signIn(server.address, `patient${n}`), signIn(server.address, `dietician${n}`)]);
    pairs.push({ sender: patient.auth, receiver: dietician.auth, receiverId: dietician.id });
  }
  return pairs;
}

async function withData(use) {
  const data = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
  try {
    return await use(data);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

console.log(`${cpus().length} × ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}`);

await withData(async (data) => {
  if (only && only !== 'messages' && only !== 'idle') return;
  for (let n = 0; n < PAIRS; n++) {
    addUser(data, `patient${n}`, 'patient');
    addUser(data, `dietician${n}`, 'dietician');
  }
  const ours = await serve(data);
  const peer = await start('node', [relay]);
  const pairs = await practice(data, ours);
  const peers = pairs.map((_, n) => ({ sender: { user: `p${n}` }, receiver: { user: `d${n}` }, receiverId: `d${n}` }));
  if (only !== 'idle') {
    const load = { perPair: 1500, window: 16 };
    const [a, b] = [[], []];
    await messages(ours, pairs, { perPair: 50, window: 16 });
    await messages(peer, peers, { perPair: 50, window: 16 });
    for (let turn = 0; turn < 3; turn++) {
      a.push(await messages(ours, pairs, load));
      b.push(await messages(peer, peers, load));
    }
    row('messages per server CPU-second', median(a.map((run) => run.perCpuSecond)), median(b.map((run) => run.perCpuSecond)));
    row('messages per second, generator on the same machine', median(a.map((run) => run.perSecond)), median(b.map((run) => run.perSecond)));
  }
  if (only !== 'messages') {
    const a = await idle(ours, pairs.map((pair) => pair.sender), 5000);
    const b = await idle(peer, peers.map((pair) => pair.sender), 5000);
    row('KiB of memory per idle authenticated socket, at 5,000', a.kibPerSocket, b.kibPerSocket);
  }
  await ours.stop();
  await peer.stop();
});

if (!only || only === 'start') {
  const boot = async (make) => {
    const server = await make();
    await (await fetch(`http://${server.address}/health`)).text();
    const took = performance.now() - server.started;
    await pause(1000);
    const memory = residentKiB(server.pid) / 1024;
    await server.stop();
    return { took, memory };
  };
  await withData(async (data) => {
    const [a, b] = [[], []];
    await boot(() => serve(data));
    for (let turn = 0; turn < 7; turn++) {
      a.push(await boot(() => serve(data)));
      b.push(await boot(() => start('node', [relay])));
    }
    row('ms from start to the first answered request', median(a.map((run) => run.took)), median(b.map((run) => run.took)));
    row('MiB of memory when idle', median(a.map((run) => run.memory)), median(b.map((run) => run.memory)));
  });
}

console.log('\n| figure | MoodBites | Node.js socket.io, relaying in memory | ratio |\n| --- | --- | --- | --- |');
for (const [what, ours, peer, ratio] of rows) {
  console.log(`| ${what} | ${round(ours)} | ${typeof peer === 'number' ? round(peer) : peer} | ${ratio} |`);
}
