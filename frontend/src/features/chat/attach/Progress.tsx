import { IconX } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import classes from './Progress.module.css';

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;

/** How much of a file has gone out, around the button that gives it up. */
export function Progress({ name, share, onCancel }: { name: string; share: number | undefined; onCancel: () => void }) {
  const percent = Math.round(Math.min(1, Math.max(0, share ?? 0)) * 100);
  return (
    <span className={classes.progress}>
      <svg
        viewBox="0 0 44 44" role="progressbar" aria-label={m.attach_uploading({ name })} aria-valuemin={0} aria-valuemax={100}
        {...(share === undefined ? {} : { 'aria-valuenow': percent })}
      >
        <circle className={classes.track} cx="22" cy="22" r={RADIUS} />
        <circle className={classes.done} cx="22" cy="22" r={RADIUS} strokeDasharray={`${(ROUND * percent) / 100} ${ROUND}`} />
      </svg>
      <button type="button" className={classes.cancel} aria-label={m.attach_cancel({ name })} title={m.call_cancel()} onClick={onCancel}>
        <IconX {...ICON} stroke={2} />
      </button>
    </span>
  );
}
