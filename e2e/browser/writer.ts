import { io } from 'socket.io-client';
import type { Server } from '../server.js';

/** Somebody who writes faster than a person could. */
export interface Writer {
  send: (receiverId: string, text: string, key: string) => Promise<unknown>;
  contact: (name: string) => Promise<string>;
  close: () => void;
}

export async function writer(server: Server, email: string, password: string): Promise<Writer> {
  const response = await fetch(`${server.url()}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { accessToken: token } = (await response.json()) as { accessToken: string };
  const socket = io(server.url(), { auth: { token, deviceId: 'a-phone' }, transports: ['websocket'] });
  return {
    send: (receiverId, message, clientMessageId) =>
      socket.timeout(20_000).emitWithAck('send-message', { clientMessageId, receiverId, message, messageType: 'text' }),
    contact: async (name) => {
      const inbox = await fetch(`${server.url()}/api/inbox`, { headers: { authorization: `Bearer ${token}` } });
      const { contacts } = (await inbox.json()) as { contacts: { _id: string; name: string }[] };
      return contacts.find((contact) => contact.name === name)?._id ?? '';
    },
    close: () => socket.disconnect(),
  };
}
