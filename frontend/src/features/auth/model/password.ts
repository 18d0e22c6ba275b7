import { m } from '../../../shared/i18n';

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;

/** What the server would say of a new password, said before it is asked. */
export function passwordProblem(password: string, email: string): string | null {
  const length = Array.from(password).length;
  const isEmail = email !== '' && password.toLowerCase() === email.trim().toLowerCase();
  return length < PASSWORD_MIN || length > PASSWORD_MAX || isEmail ? m.error_weak_password() : null;
}
