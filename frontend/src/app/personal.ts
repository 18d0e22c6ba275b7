import type { Session } from '../features/auth';
import type { CallSocket } from '../features/calls';
import { browserStorage, browserTabs, ChatStore, restApi, uploader } from '../features/chat';
import { deviceId } from '../shared/lib/ids';
import { Observable, type Readable } from '../shared/lib/observable';
import { Connection, openSocket, type ClientEvents, type ServerEvents } from '../shared/socket';

/** What one signed-in person has. It lives outside React: neither another language nor another page may end a call. */
export interface Personal {
  userId: string;
  connection: Connection;
  callSocket: CallSocket;
  chat: ChatStore;
}

/** The shared connection with the loose types that calls take theirs with. */
function asCallSocket(connection: Connection): CallSocket {
  return {
    on: (event, listener) => connection.on(event as keyof ServerEvents, listener),
    off: (event, listener) => connection.off(event as keyof ServerEvents, listener),
    emit: (event, payload) => connection.emit(event as keyof ClientEvents, payload as never),
    emitWithAck: (event, payload) => connection.emitWithAck(event as keyof ClientEvents, payload as never),
  };
}

function create(session: Session, userId: string): Personal {
  const connection = new Connection({ open: openSocket, session, deviceId: deviceId() });
  const chat = new ChatStore({
    userId, connection, api: restApi(session.http), upload: uploader(session), storage: browserStorage(userId), tabs: browserTabs(userId),
  });
  return { userId, connection, callSocket: asCallSocket(connection), chat };
}

/** Begins when a person comes in, ends when they leave; an expired session is still theirs. */
export function watchPersonal(session: Session): Readable<Personal | null> {
  const current = new Observable<Personal | null>(null);
  const follow = () => {
    const userId = session.user?._id ?? null;
    const before = current.value;
    if (before?.userId === userId) return;
    before?.connection.disconnect();
    before?.chat.stop();
    const next = userId === null ? null : create(session, userId);
    next?.chat.start();
    next?.connection.connect();
    current.set(next);
  };
  session.state.subscribe(follow);
  follow();
  return current;
}
