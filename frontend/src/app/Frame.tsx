import { IconMessageCircle, IconSettings, IconUsers, IconVideo } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useCurrentUser } from '../features/auth';
import { useChat, useUnreadTotal } from '../features/chat';
import { useHasConsultations } from '../features/consultations';
import { m } from '../shared/i18n';
import { useOnePane } from '../shared/lib/useMediaQuery';
import { Avatar, Hidden, ICON, Mark } from '../shared/ui';
import { ConnectionBanner } from './ConnectionBanner';
import classes from './Frame.module.css';
import { useAppTitle } from './useAppTitle';
import { useHelpKey } from './useHelpKey';

const Shortcuts = lazy(() => import('./Shortcuts'));

/** Rail at the left, or a bar at the foot of a phone, around the page. */
export function Frame({ children }: { children: ReactNode }) {
  const user = useCurrentUser();
  const unread = useUnreadTotal(useChat());
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const inConversation = useOnePane() && /^\/chats\/./.test(path);
  const consultations = useHasConsultations();
  const [helping, setHelping] = useState(false);
  useHelpKey(() => setHelping(true));
  useAppTitle(unread);

  return (
    <div className={classes.frame} data-immersed={inConversation || undefined}>
      <a className={classes.skip} href="#page">{m.nav_skip()}</a>
      <nav className={classes.nav} aria-label={m.nav_label()}>
        <div className={classes.mark}><Mark size={32} /></div>
        <Link className={classes.entry} to="/chats/{-$userId}" params={{}} activeOptions={{ exact: false }}>
          <span className={classes.icon}>
            <IconMessageCircle {...ICON} size={22} />
            {unread > 0 && <span className={classes.count} aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
          </span>
          <span className={classes.label}>{m.nav_chats()}</span>
          {unread > 0 && <Hidden>{m.unread_count({ count: unread })}</Hidden>}
        </Link>
        {consultations.any && (
          <Link className={classes.entry} to="/consultations">
            <span className={classes.icon}>
              <IconVideo {...ICON} size={22} />
              {consultations.needs > 0 && <span className={classes.count} aria-hidden="true">{consultations.needs}</span>}
            </span>
            <span className={classes.label}>{m.nav_consultations()}</span>
            {consultations.needs > 0 && <Hidden>{m.room_needs({ count: consultations.needs })}</Hidden>}
          </Link>
        )}
        {user.role === 0 && (
          <Link className={classes.entry} to="/people">
            <span className={classes.icon}><IconUsers {...ICON} size={22} /></span>
            <span className={classes.label}>{m.nav_people()}</span>
          </Link>
        )}
        <Link className={`${classes.entry} ${classes.foot}`} to="/settings" title={m.nav_settings()}>
          <span className={classes.icon}><IconSettings {...ICON} size={22} /></span>
          <span className={classes.label}>{m.nav_settings()}</span>
        </Link>
        <Link className={classes.me} to="/settings" tabIndex={-1} aria-hidden="true" title={user.name}>
          <Avatar id={user._id} name={user.name} image={user.profileImage} size={32} />
        </Link>
      </nav>
      <div className={classes.page} id="page" tabIndex={-1}>
        <ConnectionBanner />
        <div className={classes.content}>{children}</div>
      </div>
      {helping && (
        <Suspense fallback={null}>
          <Shortcuts onClose={() => setHelping(false)} />
        </Suspense>
      )}
    </div>
  );
}
