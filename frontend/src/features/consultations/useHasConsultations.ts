import { useQuery } from '@tanstack/react-query';
import { ADMIN } from '../../shared/lib/roles';
import { useCurrentUser, useSession } from '../auth';
import { LIST_KEY, listConsultations } from './api';

/** Whether there is anything to go to: a server for rooms, or rooms that were. */
export function useHasConsultations(): boolean {
  const { http } = useSession();
  const me = useCurrentUser();
  const { data } = useQuery({ queryKey: [...LIST_KEY, me._id], queryFn: () => listConsultations(http), enabled: me.role !== ADMIN, staleTime: 60_000 });
  return data !== undefined && (data.configured || data.past.length > 0);
}
