export { Connection, type ConnectionPhase, type TokenSource } from './Connection';
export { SocketContext, useSocket } from './context';
export type { ClientEvents, ServerEvents } from './events';
export { openSocket } from './open';
