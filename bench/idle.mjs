// (b) Memory per idle authenticated socket.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, residentKiB } from './lib.mjs';

export async function idle(server, auths, count) {
  await pause(500);
  const before = residentKiB(server.pid);
  const clients = [];
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(100, count - clients.length) }, (_, i) =>
      Client.connect(server.address, auths[(clients.length + i) % auths.length]),
    );
    clients.push(...(await Promise.all(batch)));
  }
  await pause(1000);
  const after = residentKiB(server.pid);
  for (const client of clients) client.close();
  return { count, kibPerSocket: (after - before) / count };
}
