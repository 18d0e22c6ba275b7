import { useEffect, type ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { Mark } from '../../../shared/ui';
import classes from './AuthPage.module.css';

interface Props {
  title: string;
  lead?: string;
  children: ReactNode;
  foot?: ReactNode;
}

/** The pages outside: our mark, one thing to do, and the way to the others. */
export function AuthPage({ title, lead, children, foot }: Props) {
  useEffect(() => {
    document.title = `${title} · ${m.app_name()}`;
  }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <Mark size={48} />
          <span className={classes.name}>{m.app_name()}</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        {lead !== undefined && <p className={classes.lead}>{lead}</p>}
        {children}
        {foot !== undefined && <div className={classes.foot}>{foot}</div>}
      </div>
    </main>
  );
}
