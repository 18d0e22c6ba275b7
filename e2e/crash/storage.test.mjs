// A disk that is full, and a database that another program holds: what can't be kept is refused, in words that a client
// knows to try again; reading goes on; when there is room again, everything goes on by itself, and nothing is lost.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { check } from './checker.mjs';
import { Practice, seeded, Work } from './practice.mjs';
import { Server } from './server.mjs';

const run = promisify(execFile);

/** People write, one message of each at a time, until `meanwhile` has come back and everything is acknowledged. */
async function write(server, padding, refusal, meanwhile) {
  let over = false;
  const work = new Work(seeded(1), () => !over, { window: 1, padding });
  await server.boot();
  const practice = await Practice.open(server, work, { staff: 1, patients: 2 });
  practice.start();
  const failed = practice.failed.then(() => new Promise(() => {}));
  try {
    await Promise.race([work.reaches(20), failed]);
    await Promise.race([meanwhile(practice, work), failed]);
    // It goes on by itself.
    await Promise.race([work.reaches(work.acks + 50), failed]);
    over = true;
    await Promise.race([practice.settle(), failed]);
    const history = await practice.history();
    await practice.stop();
    assert.deepEqual(check(history), []);
    assert.deepEqual([...work.refusals.keys()], [refusal]);
  } finally {
    for (const writer of practice.writers) writer.stop();
    await server.close();
  }
}

/** What people can do while nothing can be written. */
async function readsGoOn({ server, people: [one], conversations: [{ id }], devices: [device] }) {
  const { entries } = await server.read(one, id);
  assert.ok(entries.length > 1);
  const { conversations } = await server.get(one, '/api/inbox');
  assert.equal(conversations.length, 2);
  assert.equal((await server.get(one, `/api/conversations/${one.id}`, 'chat')).length, 2);
  await device.line.ready;
}

async function smallDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'moodbites-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return null;
  }
}

it('a full disk', async (t) => {
  const folder = await smallDisk();
  if (!folder) return t.skip('a small disk can be mounted by root alone');
  try {
    const ballast = join(folder, 'ballast');
    await writeFile(ballast, Buffer.alloc(4 * 1024 * 1024));
    const data = join(folder, 'data');
    await mkdir(data);
    const server = await Server.make({ data });
    await write(server, 'x'.repeat(12_000), 'storage_full', async (practice, work) => {
      await work.isRefused('storage_full');
      await readsGoOn(practice);
      await rm(ballast);
    });
  } finally {
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  }
});

it('a database that another program holds', async () => {
  const server = await Server.make();
  await write(server, '', 'busy', async (practice, work) => {
    const hold = resolve(import.meta.dirname, '../../target/debug/examples/hold');
    const holder = spawn(hold, [join(server.data, 'moodbites.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = new Promise((done) => holder.once('exit', done));
    await new Promise((done) => holder.stdout.once('data', done));
    await work.isRefused('busy');
    await readsGoOn(practice);
    holder.stdin.end();
    assert.equal(await gone, 0);
  });
});
