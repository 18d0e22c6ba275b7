// (f) The server is killed under 5,000 sockets and started again: until every one is back and has synced.
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from './lib.mjs';

/** A browser comes back at once, at a random moment of this time; then again after as long. */
const SPREAD_MS = 2000;

/** `restart` kills the server and starts it on the same address. Resolves to seconds since the new one was ready. */
export async function storm(server, auths, count, restart) {
  const clients = [];
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(100, count - clients.length) }, (_, i) =>
      Client.connect(server.address, auths[(clients.length + i) % auths.length]),
    );
    clients.push(...(await Promise.all(batch)));
  }
  const { epoch, conversations } = JSON.parse((await clients[0].ask('sync', { epoch: '', conversations: {} })).replace(/^43\d+/, ''))[0];
  if (typeof epoch !== 'string' || !conversations) throw new Error('no sync');
  await restart.kill();
  for (const client of clients) client.close();
  const ready = await restart.start();
  const began = performance.now();
  let tries = 0;
  const back = await Promise.all(
    auths.length === 0 ? [] : Array.from({ length: count }, async (_, n) => {
      for (;;) {
        await pause(Math.random() * SPREAD_MS);
        tries += 1;
        try {
          const client = await Client.connect(ready.address, auths[n % auths.length]);
          const answer = await client.ask('sync', { epoch, conversations: {} });
          if (!answer.includes('"conversations"')) throw new Error(answer);
          return { client, at: performance.now() - began };
        } catch {
          // Not yet.
        }
      }
    }),
  );
  for (const { client } of back) client.close();
  const times = back.map(({ at }) => at / 1000).sort((a, b) => a - b);
  return { server: ready, last: times.at(-1), p99: times[Math.floor(times.length * 0.99)], tries };
}
