import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { Register, Setup, SignIn } from '../features/auth';
import { ChatPage } from '../features/chat';
import { ConsultationPage, Consultations, GuestPage } from '../features/consultations';
import { People } from '../features/people';
import { Settings } from '../features/settings';
import { Trust } from '../features/trust';
import { ConnectionTestPage } from './ConnectionTestPage';
import { NotFound } from './NotFound';
import { Root } from './Root';
import { SignedIn } from './SignedIn';

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignIn });
const register = createRoute({ getParentRoute: () => root, path: '/register', component: Register });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: Setup });

const trust = createRoute({ getParentRoute: () => root, path: '/trust', component: Trust });

/** A guest's, who has no account; the token at the end is good once. */
const join = createRoute({ getParentRoute: () => root, path: '/join/$token', component: GuestPage });

/** All that needs a person; its component holds their connection and conversations. */
const app = createRoute({ getParentRoute: () => root, id: 'app', component: SignedIn });
const start = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how this router redirects
    throw redirect({ to: '/chats/{-$userId}', replace: true });
  },
});
/** One route with an optional part, so that the list stays as it is when a conversation opens beside it. */
const chats = createRoute({ getParentRoute: () => app, path: '/chats/{-$userId}', component: ChatPage });
const consultations = createRoute({ getParentRoute: () => app, path: '/consultations', component: Consultations });
const consultation = createRoute({ getParentRoute: () => app, path: '/consultations/$roomId', component: ConsultationPage });
const people = createRoute({ getParentRoute: () => app, path: '/people', component: People });
const settings = createRoute({ getParentRoute: () => app, path: '/settings', component: Settings });
/** The person at the end is whom the result is for. */
const connectionTest = createRoute({ getParentRoute: () => app, path: '/connection-test/{-$userId}', component: ConnectionTestPage });

const routeTree = root.addChildren([signIn, register, setup, trust, join, app.addChildren([start, chats, consultations, consultation, people, settings, connectionTest])]);

export function createAppRouter() {
  return createRouter({ routeTree, defaultPreload: 'intent' });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
