import { IconBan } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { clockTime, fullTime } from '../../../shared/lib/time';
import { Hidden } from '../../../shared/ui';
import type { Item } from '../model/rows';
import classes from './Bubble.module.css';
import { DeliveryMark } from './DeliveryMark';

/** Where a message was. */
export function Gone({ row, name }: { row: Extract<Item, { type: 'gone' }>; name: string }) {
  return (
    <div className={classes.bubble} data-own={row.own || undefined} data-first data-last data-gone title={fullTime(row.at)}>
      <Hidden>{row.own ? m.said_by_you() : m.said_by({ name })}</Hidden>
      <p className={classes.text}>
        <IconBan size={16} stroke={1.75} aria-hidden="true" className={classes.goneIcon} /> {m.message_deleted()}
        <span className={classes.reserve} data-own={row.mark ? true : undefined} aria-hidden="true">{clockTime(row.at)}</span>
      </p>
      <span className={classes.meta}>
        <time dateTime={row.at}>{clockTime(row.at)}</time>
        {row.mark && <DeliveryMark mark={row.mark} />}
      </span>
    </div>
  );
}
