import { request } from '../../shared/lib/http';
import type { SessionAnswer } from '../../shared/wire/types';

export interface Registration {
  name: string;
  email: string;
  password: string;
}

export const sessionApi = {
  create: (email: string, password: string) =>
    request<SessionAnswer>('POST', '/api/session', { body: { email, password } }),
  renew: () => request<SessionAnswer>('POST', '/api/session/renew'),
  setup: (token: string, person: Registration) =>
    request<SessionAnswer>('POST', '/api/setup', { body: { token, ...person } }),
  remove: (token: string, everywhere: boolean) =>
    request<undefined>('DELETE', everywhere ? '/api/session?everywhere=true' : '/api/session', { token }),
  registerPatient: (person: Registration) =>
    request<{ message: string }>('POST', '/api/user/register', { body: { ...person, role: 1 } }),
  registerDietician: (person: Registration) =>
    request<{ message: string }>('POST', '/api/user/register-dietician', { body: { ...person, role: 2 } }),
};

export type SessionApi = Pick<typeof sessionApi, 'create' | 'renew' | 'setup' | 'remove'>;
