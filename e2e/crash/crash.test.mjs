// The real program, killed forty times while people write.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { crash } from './run.mjs';
import { binary } from './server.mjs';

it('loses nothing and doubles nothing of 20,000 acknowledged messages and changes over 40 kills', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const { complaints, figures } = await crash({ acks: 20_000, kills: 40, seed });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(complaints, [], JSON.stringify(figures));
  assert.ok(figures.acked >= 20_000 && figures.kills === 40);
  for (const kind of ['message', 'reply', 'edit', 'deletion', 'reaction']) assert.ok(figures.kinds[kind] > 100, `few are a ${kind}`);
  assert.ok(figures.wiped > 100, 'few words were to be gone');
  for (const [death, times] of Object.entries(figures.deaths)) assert.ok(times > 0, `nobody died ${death}`);
});

const normal = process.env.MOODBITES_BIN;
it('the program that people run does not die when it is told to', { skip: !normal && 'MOODBITES_BIN is not set' }, async () => {
  const data = await mkdtemp(join(tmpdir(), 'moodbites-crash-'));
  const add = (program) => {
    const person = ['--name', 'Tom', '--email', 'tom@example.org', '--role', 'patient', '--password', 'correct horse battery'];
    const env = { ...process.env, FAILPOINT: 'before-commit:1' };
    return promisify(execFile)(program, ['user', 'add', '--data', data, ...person], { env });
  };
  await assert.rejects(add(binary), { signal: 'SIGABRT' });
  await add(normal);
  await rm(data, { recursive: true });
});
