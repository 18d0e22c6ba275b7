import { memo } from 'react';
import { m } from '../../../shared/i18n';
import { dayTitle } from '../../../shared/lib/time';
import type { Contact } from '../../../shared/wire/types';
import { MediaRow } from '../attach/MediaRow';
import type { Item, Row } from '../model/rows';
import { Bubble } from './Bubble';
import { EntryCard } from './EntryCard';
import { Gone } from './Gone';
import { Message, type OnMenu } from './Message';
import classes from './MessageList.module.css';

interface Props {
  row: Row;
  other: Contact;
  lit: boolean;
  tabStop: boolean;
  onMenu: OnMenu;
  onQuote: (seq: number, from: number | null) => void;
}

export const MessageRow = memo(function MessageRow({ row, ...around }: Props) {
  switch (row.type) {
    case 'start':
      return (
        <div className={classes.start}>
          <p>{m.chat_start({ name: around.other.name })}</p>
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
    default:
      return <Message row={row} {...around}><Content row={row} other={around.other} onQuote={around.onQuote} /></Message>;
  }
});

function Content({ row, other, onQuote }: { row: Item } & Pick<Props, 'other' | 'onQuote'>) {
  switch (row.type) {
    case 'text':
      return <Bubble row={row} other={other} onQuote={onQuote} />;
    case 'card':
      return <EntryCard row={row} other={other} />;
    case 'file':
      return <MediaRow row={row} name={other.name} />;
    case 'gone':
      return <Gone row={row} name={other.name} />;
  }
}
