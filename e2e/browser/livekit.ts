import { Server } from '../server.js';
import { livekit as prepare } from '../servers/livekit.mjs';
import type { LiveKit } from './desk.js';
import { test as base, type Visitor } from './people.js';

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

export async function post(server: Server, token: string | undefined, path: string, body: object = {}) {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${server.url()}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, string>;
}

/** A room of that dietician's, into which these need not be let; with nobody, the one that every patient of theirs may knock at. Where it is. */
export async function openRoom(server: Server, host: Visitor, patients: Visitor[] = [], options: { encrypted?: boolean } = {}): Promise<string> {
  const signIn = ({ person: { email, password } }: Visitor) => post(server, undefined, 'session', { email, password });
  const users = (await Promise.all(patients.map(signIn))).map(({ user }) => user as unknown as { _id: string });
  const { accessToken } = await signIn(host);
  const { roomId } = await post(server, accessToken, 'consultations', { ...(users.length > 0 ? { userIds: users.map(({ _id }) => _id), admit: true } : {}), ...options });
  return `/consultations/${roomId}`;
}
