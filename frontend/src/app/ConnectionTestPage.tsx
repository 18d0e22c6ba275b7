import { useNavigate, useParams } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useCurrentUser, useSession } from '../features/auth';
import { ConnectionTest, type IceAnswer } from '../features/calls';
import { useChat } from '../features/chat';
import { PATIENT } from '../shared/lib/roles';
import { useObservable } from '../shared/lib/useObservable';

/** The test of calls, with those whom a patient may tell of its result; whom the address names comes first. */
export function ConnectionTestPage() {
  const { http } = useSession();
  const me = useCurrentUser();
  const chat = useChat();
  const navigate = useNavigate();
  const { userId: first } = useParams({ from: '/app/connection-test/{-$userId}' });
  const { rooms } = useObservable(chat.state);
  const others = me.role === PATIENT ? [...rooms.values()].map(({ other }) => ({ userId: other._id, name: other.name })) : [];
  const people = [...others.filter(({ userId }) => userId === first), ...others.filter(({ userId }) => userId !== first)];
  return (
    <Suspense fallback={null}>
      <ConnectionTest
        fetchIceServers={() => http.get<IceAnswer>('/api/ice-servers')}
        people={people}
        onSend={(userId, text) => chat.send(userId, text)}
        onOpen={(userId) => void navigate({ to: '/chats/{-$userId}', params: { userId } })}
      />
    </Suspense>
  );
}
