import { Button } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useSession, useSessionState } from '../features/auth';
import { m } from '../shared/i18n';
import { Mark, StateNote } from '../shared/ui';
import classes from './Root.module.css';

const OUTSIDE = new Set(['/sign-in', '/register', '/setup']);

/** Decides by the session which part of the app is shown, and brings a person back to where they wanted to be. */
export function Root() {
  const session = useSession();
  const state = useSessionState();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const outside = OUTSIDE.has(path);
  const wanted = useRef('/chats');

  useEffect(() => {
    if (!outside) wanted.current = path;
  }, [outside, path]);

  // For devices that can't have a session yet, and for who has one and shows them how; and for guests.
  if (path === '/trust' || path.startsWith('/join/')) return <Outlet />;
  if (state.phase === 'starting') {
    return (
      <div className={classes.shell} role="status" aria-label={m.app_name()}>
        <Mark size={56} />
      </div>
    );
  }
  if (state.phase === 'unreachable') {
    return (
      <main className={classes.whole}>
        <StateNote
          alert
          icon={<IconCloudOff size={32} stroke={1.5} />}
          title={m.unreachable_title()}
          text={m.unreachable_text()}
          action={<Button onClick={() => void session.start()}>{m.try_again()}</Button>}
        />
      </main>
    );
  }
  if (state.phase === 'signed-out' && !outside) return <Navigate to="/sign-in" replace />;
  // eslint-disable-next-line react-hooks/refs -- written only while the person is inside, read only when they come back
  if (state.phase !== 'signed-out' && outside) return <Navigate to={wanted.current as '/'} replace />;
  return <Outlet />;
}
