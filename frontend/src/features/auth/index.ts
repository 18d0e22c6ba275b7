import { lazyRouteComponent } from '@tanstack/react-router';

export { PASSWORD_MAX, PASSWORD_MIN, passwordProblem } from './model/password';
export { Session, type SessionState } from './model/Session';
export { createBrowserSession } from './model/browserSession';
export { SessionContext, useCurrentUser, useSession, useSessionState } from './model/useSession';
export { PasswordField, TextField } from './ui/fields';
export { Problem } from './ui/Problem';
export { useSubmit } from './ui/useSubmit';

export const SignIn = lazyRouteComponent(() => import('./ui/SignIn'), 'SignIn');
export const Register = lazyRouteComponent(() => import('./ui/Register'), 'Register');
export const Setup = lazyRouteComponent(() => import('./ui/Setup'), 'Setup');
export const ExpiredSession = lazyRouteComponent(() => import('./ui/ExpiredSession'), 'ExpiredSession');
