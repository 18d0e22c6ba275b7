// Runs everything and prints the table of bench/README.md. `node bench.mjs [messages|idle|start|durable|storm|big]` runs one part.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { big } from './big.mjs';
import { durable } from './durable.mjs';
import { idle } from './idle.mjs';
import { database, median, residentKiB, start } from './lib.mjs';
import { messages } from './messages.mjs';
import { storm } from './storm.mjs';

const root = new URL('..', import.meta.url).pathname;
const moodbites = process.env.MOODBITES_BIN ?? join(root, 'target/release/moodbites');
const relay = join(root, 'bench/peers/socket-io-relay.mjs');
const keeper = join(root, 'bench/peers/mongoose-chat.mjs');
const PAIRS = 32;
/** A hundred people write at once. */
const WRITING_PAIRS = 50;
const PASSWORD = 'correct horse battery';
const only = process.argv[2];
const rows = [];

const round = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));
const row = (what, ours, peer) => rows.push([what, ours, peer ?? '–', peer ? (ours / peer).toFixed(2) : '–']);

function serve(data, env = {}, address = '127.0.0.1:0') {
  const listen = ['--listen', `web=${address}`, ...['accounts', 'chat', 'calls'].flatMap((role) => ['--listen', `${role}=off`])];
  // Limits that a person never meets would stop a load generator at once.
  return start(moodbites, ['serve', '--data', data, ...listen], { MOODBITES_LOG: 'warn', MOODBITES_LIMITS: 'off', ...env });
}

function addPairs(data, count, env = {}) {
  for (let n = 0; n < count; n++) {
    for (const [name, role] of [[`patient${n}`, 'patient'], [`dietician${n}`, 'dietician']]) {
      const who = ['--name', name, '--email', `${name}@example.org`, '--role', role, '--password', PASSWORD];
      execFileSync(moodbites, ['user', 'add', '--data', data, ...who], { env: { ...process.env, ...env } });
    }
  }
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

async function signedIn(server, count) {
  const pairs = [];
  for (let n = 0; n < count; n++) {
    const [patient, dietician] = await Promise.all([signIn(server.address, `patient${n}`), signIn(server.address, `dietician${n}`)]);
    pairs.push({ sender: patient.auth, senderId: patient.id, receiver: dietician.auth, receiverId: dietician.id });
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
  addPairs(data, PAIRS);
  const ours = await serve(data);
  const peer = await start('node', [relay]);
  const pairs = await signedIn(ours, PAIRS);
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

if (!only || only === 'durable') {
  const seconds = 8;
  const named = (n) => ({ sender: { user: `p${n}` }, senderId: `p${n}`, receiver: { user: `d${n}` }, receiverId: `d${n}` });
  const runs = {};
  await withData(async (data) => {
    addPairs(data, WRITING_PAIRS);
    const server = await serve(data);
    const pairs = await signedIn(server, WRITING_PAIRS);
    await durable(server, pairs, { seconds: 1 });
    runs.sqlite = await durable(server, pairs, { seconds });
    await server.stop();
  });
  await withData(async (data) => {
    const mongo = await database(join(data, 'database'));
    const env = { MONGODB_URI: `${mongo.uri.replace(/\/$/, '')}/moodbites` };
    addPairs(data, WRITING_PAIRS, env);
    const server = await serve(data, env);
    server.pids.push(mongo.pid);
    const pairs = await signedIn(server, WRITING_PAIRS);
    await durable(server, pairs, { seconds: 1 });
    runs.same = await durable(server, pairs, { seconds });
    await server.stop();
    await mongo.stop();
  });
  await withData(async (data) => {
    const mongo = await database(join(data, 'database'));
    const server = await start('node', [keeper, `${mongo.uri.replace(/\/$/, '')}/chat`]);
    server.pids.push(mongo.pid);
    const pairs = Array.from({ length: WRITING_PAIRS }, (_, n) => named(n));
    await durable(server, pairs, { seconds: 1 });
    runs.peer = await durable(server, pairs, { seconds });
    await server.stop();
    await mongo.stop();
  });
  console.log('\n| a hundred people writing at once | messages per CPU-second | ratio | messages per second | ratio | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- | --- | --- |');
  for (const [what, run] of [['MoodBites on SQLite', runs.sqlite], ['MoodBites on FerretDB', runs.same], ['Node.js, socket.io and mongoose on FerretDB', runs.peer]]) {
    const times = (figure) => (run[figure] / runs.peer[figure]).toFixed(1);
    console.log(`| ${what} | ${round(run.perCpuSecond)} | ${times('perCpuSecond')} | ${round(run.perSecond)} | ${times('perSecond')} | ${run.p50.toFixed(1)} | ${run.p99.toFixed(1)} |`);
  }
}

if (!only || only === 'storm') {
  await withData(async (data) => {
    addPairs(data, WRITING_PAIRS);
    const server = await serve(data);
    const pairs = await signedIn(server, WRITING_PAIRS);
    await messages(server, pairs, { perPair: 100, window: 16 });
    const auths = pairs.flatMap((pair) => [pair.sender, pair.receiver]);
    const restart = { kill: () => server.kill(), start: () => serve(data, {}, server.address) };
    const { server: again, last, p99, tries } = await storm(server, auths, 5000, restart);
    console.log(`\nstorm: 5,000 sockets back and in sync after ${last.toFixed(1)} s (99 % after ${p99.toFixed(1)} s), ${tries} tries`);
    await again.stop();
  });
}

if (!only || only === 'big') {
  await withData(async (data) => {
    addPairs(data, 2);
    const server = await serve(data);
    const pairs = await signedIn(server, 2);
    const many = Number(process.env.MESSAGES ?? 1_000_000);
    const { seeded, takenUp, searches, large, small } = await big(server, pairs, { many, few: 100 });
    console.log(`\n${many.toLocaleString('en')} messages written in ${seeded.toFixed(0)} s`);
    for (const [what, ms] of Object.entries(large)) console.log(`  ${what}: ${ms.toFixed(1)} ms, in one of 100: ${small[what].toFixed(1)} ms`);
    console.log(`  taken up for searching ${takenUp.toFixed(1)} s after the last`);
    for (const { what, ms, worst, found } of searches) console.log(`  search for ${what}: ${ms.toFixed(1)} ms, worst of 20 ${worst.toFixed(1)} ms, ${found} on the first page`);
    await server.stop();
  });
}

if (rows.length > 0) console.log('\n| figure | MoodBites | Node.js socket.io, relaying in memory | ratio |\n| --- | --- | --- | --- |');
for (const [what, ours, peer, ratio] of rows) {
  console.log(`| ${what} | ${round(ours)} | ${typeof peer === 'number' ? round(peer) : peer} | ${ratio} |`);
}
