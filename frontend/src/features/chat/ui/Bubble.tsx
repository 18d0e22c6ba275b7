import { m } from '../../../shared/i18n';
import { clockTime, fullTime } from '../../../shared/lib/time';
import type { Contact } from '../../../shared/wire/types';
import { Hidden } from '../../../shared/ui';
import type { Item } from '../model/rows';
import classes from './Bubble.module.css';
import { DeliveryMark } from './DeliveryMark';
import { Linked } from './Linked';
import { Quote } from './Quote';

interface Props {
  row: Extract<Item, { type: 'text' }>;
  other: Contact;
  onQuote: (seq: number, from: number | null) => void;
}

export function Bubble({ row, other, onQuote }: Props) {
  const { own, first, last, mark, edited } = row;
  const meta = row.meta || edited;
  return (
    <div
      className={classes.bubble} title={fullTime(row.at)}
      data-own={own || undefined} data-first={first || undefined} data-last={last || undefined}
    >
      <Hidden>{own ? m.said_by_you() : m.said_by({ name: other.name })}</Hidden>
      {row.reply && <Quote reply={row.reply} other={other} onOpen={(seq) => onQuote(seq, row.entry?.seq ?? null)} />}
      <p className={classes.text}>
        <Linked text={row.text} />
        {/* Keeps the last line of the text clear of the time in the corner. */}
        {meta && (
          <span className={classes.reserve} data-own={own || undefined} aria-hidden="true">
            {edited && `${m.message_edited()} `}{clockTime(row.at)}
          </span>
        )}
      </p>
      <span className={classes.meta} data-quiet={!meta || undefined}>
        {edited && <span>{m.message_edited()}</span>}
        <time dateTime={row.at}>{clockTime(row.at)}</time>
        {mark && <DeliveryMark mark={mark} />}
      </span>
    </div>
  );
}
