import { Server } from '../server.js';
import { livekit as prepare } from '../servers/livekit.mjs';
import type { LiveKit } from './desk.js';
import { test as base } from './people.js';

export const webhookOf = (server: Server): string => `${server.url()}/api/livekit/webhook`;

/** Our server and a LiveKit server, as a practice has them. */
export const test = base.extend<object, { livekit: LiveKit }>({
  livekit: [
    async ({}, use) => {
      const livekit = await prepare();
      await use(livekit);
      await livekit.end();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ livekit }, use) => {
      const server = await Server.start(livekit.env);
      await livekit.start(webhookOf(server));
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
});
