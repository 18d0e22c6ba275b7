import { memo } from 'react';
import { m } from '../../../shared/i18n';
import { dayTitle } from '../../../shared/lib/time';
import type { Contact } from '../../../shared/wire/types';
import { MediaRow } from '../attach/MediaRow';
import type { Row } from '../model/rows';
import { Bubble } from './Bubble';
import { EntryCard } from './EntryCard';
import classes from './MessageList.module.css';

export const MessageRow = memo(function MessageRow({ row, other }: { row: Row; other: Contact }) {
  switch (row.type) {
    case 'start':
      return (
        <div className={classes.start}>
          <p>{m.chat_start({ name: other.name })}</p>
          <p>{m.chat_private()}</p>
        </div>
      );
    case 'day':
      return (
        <div className={classes.separator}>
          <h3 className={classes.day}>{dayTitle(row.at)}</h3>
        </div>
      );
    case 'new':
      return <p className={classes.new}><span>{m.new_line()}</span></p>;
    case 'text':
      return <Bubble row={row} name={other.name} />;
    case 'card':
      return <EntryCard row={row} other={other} />;
    case 'file':
      return <MediaRow row={row} name={other.name} />;
  }
});
