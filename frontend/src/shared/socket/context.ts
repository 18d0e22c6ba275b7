import { createContext, useContext } from 'react';
import type { Connection } from './Connection';

export const SocketContext = createContext<Connection | null>(null);

/** The connection that chat and calls share. */
export function useSocket(): Connection {
  const connection = useContext(SocketContext);
  if (!connection) throw new Error('useSocket outside of SocketContext');
  return connection;
}
