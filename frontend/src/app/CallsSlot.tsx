import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, type ReactNode } from 'react';
import { useCurrentUser, useSession } from '../features/auth';
import { CallsProvider, useCalls, type CallSocket, type IceAnswer } from '../features/calls';
import { beginVoiceNote } from '../features/chat';
import { InvitationNotice, useGrower } from '../features/consultations';
import { CallStarterContext } from '../shared/lib/callStarter';

/** Where calls join the app: around everything of a signed-in person, so that a call outlives the page it began on. */
export function CallsSlot({ socket, children }: { socket: CallSocket; children: ReactNode }) {
  const session = useSession();
  const user = useCurrentUser();
  const navigate = useNavigate();
  const fetchIceServers = useCallback(
    () => session.http.get<IceAnswer>('/api/ice-servers'),
    [session],
  );
  const putPiece = useCallback(
    (recordingId: string, number: number, piece: Blob) => session.http.putBytes<{ next: number }>(`/api/recordings/${recordingId}/chunks/${number}`, piece),
    [session],
  );
  const onWrite = useCallback((userId: string) => void navigate({ to: '/chats/{-$userId}', params: { userId } }), [navigate]);
  const onVoiceNote = useCallback(
    (userId: string) => {
      beginVoiceNote(userId);
      onWrite(userId);
    },
    [onWrite],
  );
  const grower = useGrower();
  return (
    <CallsProvider socket={socket} user={user} fetchIceServers={fetchIceServers} putPiece={putPiece} onWrite={onWrite} onVoiceNote={onVoiceNote} grower={grower}>
      <Starter>{children}</Starter>
    </CallsProvider>
  );
}

/** Chat knows of calls only that one can be started. */
function Starter({ children }: { children: ReactNode }) {
  const { start, active } = useCalls();
  const starter = useMemo(() => ({ start, active: active !== null }), [start, active]);
  return (
    <CallStarterContext value={starter}>
      {children}
      <InvitationNotice away={active !== null} />
    </CallStarterContext>
  );
}
