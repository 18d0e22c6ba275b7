import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ADMIN } from '../../shared/lib/roles';
import { useSocket } from '../../shared/socket';
import { useCurrentUser, useSession } from '../auth';
import { LIST_KEY, listConsultations, type ConsultationList } from './api';

/** Whether there is anything to go to: a server for rooms, or rooms that were. And how many wait there for us to do something. */
export function useHasConsultations(): { any: boolean; needs: number } {
  const { http } = useSession();
  const me = useCurrentUser();
  const socket = useSocket();
  const queries = useQueryClient();
  useEffect(() => socket.on('consultation', () => void queries.invalidateQueries({ queryKey: LIST_KEY })), [socket, queries]);
  const { data } = useQuery({ queryKey: [...LIST_KEY, me._id], queryFn: () => listConsultations(http), enabled: me.role !== ADMIN, staleTime: 60_000 });
  return { any: data !== undefined && (data.configured || data.past.length > 0), needs: data ? needsOf(data) : 0 };
}

/** Open consultations that we are invited to, and people who wait at ours. */
export function needsOf({ running }: Pick<ConsultationList, 'running'>): number {
  return running.reduce((sum, { you, members }) => sum + (you.state === 'invited' ? 1 : 0) + (you.role === 'host' ? members.filter(({ state }) => state === 'waiting').length : 0), 0);
}
