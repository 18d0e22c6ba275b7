import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { DIETICIAN } from '../../shared/lib/roles';
import { useSocket } from '../../shared/socket';
import { useCurrentUser, useSession } from '../auth';
import type { Grower } from '../calls';
import { LIST_KEY, type ConsultationList } from './api';
import { CallGrower } from './model/Grower';

/** Makes rooms of this person's calls. What rooms need is fetched when the first one grows. */
export function useGrower(): Grower {
  const { http } = useSession();
  const { _id: userId, role } = useCurrentUser();
  const socket = useSocket();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  return useMemo(
    () => new CallGrower({
      http, socket, userId,
      may: () => ({ open: role === DIETICIAN, configured: queries.getQueryData<ConsultationList>([...LIST_KEY, userId])?.configured === true }),
      show: (roomId) => {
        const { href } = router.state.location;
        void navigate({ to: '/consultations/$roomId', params: { roomId } });
        return () => void router.navigate({ href, replace: true });
      },
    }),
    [http, socket, userId, role, navigate, router, queries],
  );
}
