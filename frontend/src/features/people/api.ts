import type { Http } from '../../shared/lib/http';
import type { UserRecord } from '../../shared/wire/types';

export interface Person extends UserRecord {
  /** Where a dietician's certificate is to be had, if they sent one. */
  certificate?: string;
  online: boolean;
  lastSeen?: string;
}

export const listPeople = async (http: Http): Promise<Person[]> => (await http.get<{ users: Person[] }>('/api/people')).users;

export const setActive = (http: Http, userId: string, active: boolean) =>
  http.put<{ message: string; user: UserRecord }>(`/api/user/profile/${userId}`, { active });
