import { Outlet } from '@tanstack/react-router';
import { Suspense, useCallback, useEffect, type ReactNode } from 'react';
import { ExpiredSession, useSession, useSessionState } from '../features/auth';
import { ChatContext, useChat } from '../features/chat';
import { FloatingSlot } from '../features/consultations';
import { FacesContext } from '../shared/lib/faces';
import { useObservable } from '../shared/lib/useObservable';
import { SocketContext } from '../shared/socket';
import { CallsSlot } from './CallsSlot';
import { Frame } from './Frame';
import type { Personal } from './personal';
import { usePersonal } from './usePersonal';

/** The part of the app that needs a person. */
export function SignedIn() {
  const session = useSession();
  const state = useSessionState();
  const personal = usePersonal();
  if (!personal || !('user' in state)) return null;
  return (
    <SocketContext value={personal.connection}>
      <ChatContext value={personal.chat}>
        <UnsentWarning personal={personal} />
        <Faces>
          <CallsSlot key={personal.userId} socket={personal.callSocket}>
            <Frame>
              <Outlet />
            </Frame>
            <FloatingSlot />
          </CallsSlot>
        </Faces>
        {state.phase === 'expired' && (
          <Suspense fallback={null}>
            <ExpiredSession email={state.user.email} onOtherPerson={() => session.forget()} />
          </Suspense>
        )}
      </ChatContext>
    </SocketContext>
  );
}

/** Whom calls show, as the inbox knows them. */
function Faces({ children }: { children: ReactNode }) {
  const chat = useChat();
  const faceOf = useCallback((userId: string) => chat.room(userId)?.other.profileImage ?? null, [chat]);
  return <FacesContext value={faceOf}>{children}</FacesContext>;
}

/** What could not be kept lives in this page alone: the browser asks before it is closed. */
function UnsentWarning({ personal }: { personal: Personal }) {
  const unsent = useObservable(personal.chat.outbox.safety) !== 'kept';
  useEffect(() => {
    if (!unsent) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsent]);
  return null;
}
