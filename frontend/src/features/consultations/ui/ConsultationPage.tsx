import { useNavigate, useParams } from '@tanstack/react-router';
import { useCurrentUser, useSession } from '../../auth';
import { useSocket } from '../../../shared/socket';
import { roomApi } from '../api';
import { userPlaceKey } from '../model/places';
import { Attend } from './Attend';
import { usePlace } from './usePlace';

/** `/consultations/<roomId>`: one's place in a consultation, from the waiting room on. */
export function ConsultationPage() {
  const { roomId } = useParams({ from: '/app/consultations/$roomId' });
  const { http } = useSession();
  const me = useCurrentUser();
  const socket = useSocket();
  const navigate = useNavigate();
  const place = usePlace(
    userPlaceKey(me._id, roomId),
    () => roomApi(http, roomId),
    (take) => socket.on('consultation', (consultation) => consultation.roomId === roomId && take(consultation)),
  );
  return <Attend place={place} roomId={roomId} onBack={() => void navigate({ to: '/consultations' })} onMinimise={() => void navigate({ to: '/chats/{-$userId}', params: {} })} backText="list" />;
}
