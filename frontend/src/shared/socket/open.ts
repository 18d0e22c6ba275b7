import { io, type Socket } from 'socket.io-client';

/** A socket that never reconnects by itself: `Connection` decides when, since it knows of tokens and restarts. */
export function openSocket(auth: (answer: (handshake: object) => void) => void): Socket {
  return io({
    path: '/socket.io',
    autoConnect: false,
    reconnection: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    auth,
  });
}
