import { m } from '../../../shared/i18n';
import classes from './List.module.css';

/** The list's rows as they will be. */
export function ListSkeleton() {
  return (
    <div className={classes.skeletons} role="status" aria-label={m.loading()}>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className={classes.skeleton} aria-hidden="true">
          <span className={classes.disc} />
          <span className={classes.lines}><i style={{ width: `${35 + ((index * 17) % 30)}%` }} /><i style={{ width: `${55 + ((index * 23) % 35)}%` }} /></span>
        </div>
      ))}
    </div>
  );
}
