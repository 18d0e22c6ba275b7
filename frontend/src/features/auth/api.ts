import { request } from '../../shared/lib/http';
import { postForm, type UploadOptions } from '../../shared/lib/upload';
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
  /** With what shows that they are one, if they chose to show it. */
  registerDietician: async (person: Registration, certificate: File | null, options: UploadOptions = {}): Promise<void> => {
    const path = '/api/user/register-dietician';
    if (!certificate) {
      await request<{ message: string }>('POST', path, { body: { ...person, role: 2 } });
      return;
    }
    const form = new FormData();
    // Before the file, so that the server can refuse before it has read it.
    for (const [name, value] of Object.entries(person) as [string, string][]) form.append(name, value);
    form.append('certificate', certificate);
    await postForm(path, form, null, options);
  },
};

export type SessionApi = Pick<typeof sessionApi, 'create' | 'renew' | 'setup' | 'remove'>;
