import { Outlet } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { ExpiredSession, useSession, useSessionState, type Session } from '../features/auth';
import { ChatContext, ChatStore, restApi } from '../features/chat';
import { deviceId } from '../shared/lib/ids';
import { Connection, openSocket, SocketContext } from '../shared/socket';
import { CallsSlot } from './CallsSlot';
import { Frame } from './Frame';

/** What one signed-in person has: made when they come in, ended when they leave. */
function createPersonal(session: Session, userId: string) {
  const connection = new Connection({ open: openSocket, session, deviceId: deviceId() });
  const chat = new ChatStore({ userId, connection, api: restApi(session.http) });
  return { connection, chat };
}

export function SignedIn() {
  const state = useSessionState();
  if (!('user' in state)) return null;
  return <Personal key={state.user._id} userId={state.user._id} expiredFor={state.phase === 'expired' ? state.user.email : null} />;
}

function Personal({ userId, expiredFor }: { userId: string; expiredFor: string | null }) {
  const session = useSession();
  const [{ connection, chat }] = useState(() => createPersonal(session, userId));

  useEffect(() => {
    chat.start();
    connection.connect();
    return () => {
      connection.disconnect();
      chat.stop();
    };
  }, [chat, connection]);

  return (
    <SocketContext.Provider value={connection}>
      <ChatContext.Provider value={chat}>
        <CallsSlot>
          <Frame>
            <Outlet />
          </Frame>
        </CallsSlot>
        {expiredFor !== null && (
          <Suspense fallback={null}>
            <ExpiredSession email={expiredFor} onOtherPerson={() => session.forget()} />
          </Suspense>
        )}
      </ChatContext.Provider>
    </SocketContext.Provider>
  );
}
