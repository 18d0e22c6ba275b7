import type { ReactNode } from 'react';
import classes from './StateNote.module.css';

interface Props {
  icon?: ReactNode;
  title: string;
  text?: string;
  action?: ReactNode;
  /** Said at once to screen readers: something failed. */
  alert?: boolean;
}

/** A pane that has nothing to show: why, and what to do next. */
export function StateNote({ icon, title, text, action, alert = false }: Props) {
  return (
    <div className={classes.note} {...(alert ? { role: 'alert' } : {})}>
      {icon !== undefined && <div className={classes.icon} aria-hidden="true">{icon}</div>}
      <p className={classes.title}>{title}</p>
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </div>
  );
}
