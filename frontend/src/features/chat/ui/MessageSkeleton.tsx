import { m } from '../../../shared/i18n';
import classes from './MessageList.module.css';

const WIDTHS = [52, 34, 60, 28, 44, 38];

export function MessageSkeleton() {
  return (
    <div className={classes.skeletons} role="status" aria-label={m.loading()}>
      {WIDTHS.map((width, index) => (
        <span key={width} className={classes.skeleton} data-own={index % 3 === 1 || undefined} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
