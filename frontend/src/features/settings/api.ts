import type { Http } from '../../shared/lib/http';
import type { UserRecord } from '../../shared/wire/types';

export const rename = (http: Http, userId: string, name: string) =>
  http.put<{ message: string; user: UserRecord }>(`/api/user/profile/${userId}`, { name });

export const changePassword = (http: Http, currentPassword: string, newPassword: string) =>
  http.put<{ message: string }>('/api/user/change-password', { currentPassword, newPassword });
