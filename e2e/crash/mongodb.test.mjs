// The same on MongoDB's protocol, where that server is killed too.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { crash } from './run.mjs';

it("loses nothing and doubles nothing on MongoDB's protocol, whichever server is killed", async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const { complaints, figures } = await crash({ acks: 400, kills: 20, seed, mongodb: true });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(complaints, [], JSON.stringify(figures));
  assert.ok(figures.acked >= 400 && figures.kills === 20);
  const { database, both, ...ours } = figures.deaths;
  assert.equal(database + both, 10);
  assert.equal(Object.values(ours).reduce((sum, times) => sum + times), 10);
});
