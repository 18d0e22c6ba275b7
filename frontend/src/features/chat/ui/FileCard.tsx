import { IconFile } from '@tabler/icons-react';
import { clockTime, fullTime } from '../../../shared/lib/time';
import { m } from '../../../shared/i18n';
import { Hidden, ICON } from '../../../shared/ui';
import type { Row } from '../model/rows';
import { DeliveryMark } from './DeliveryMark';
import classes from './EntryCard.module.css';

/** A file by its name alone. */
export function FileCard({ row, name }: { row: Extract<Row, { type: 'file' }>; name: string }) {
  const { file, own, at, mark, text } = row;
  return (
    <div className={classes.place} data-own={own || undefined}>
      <div className={classes.card} title={fullTime(at)}>
        <span className={classes.icon}><IconFile {...ICON} /></span>
        <div className={classes.words}>
          <Hidden>{own ? m.said_by_you() : m.said_by({ name })}</Hidden>
          <p className={classes.title}>{file.url === undefined ? file.name : <a href={file.url} target="_blank" rel="noopener">{file.name}</a>}</p>
          <p className={classes.line}>
            <time dateTime={at}>{clockTime(at)}</time>
            {mark && <DeliveryMark mark={mark} />}
          </p>
        </div>
        {text !== '' && <p className={classes.text}>{text}</p>}
      </div>
    </div>
  );
}
