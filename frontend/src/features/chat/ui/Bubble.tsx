import { m, errorText } from '../../../shared/i18n';
import { clockTime, fullTime } from '../../../shared/lib/time';
import { Hidden } from '../../../shared/ui';
import { useChat } from '../model/context';
import type { Row } from '../model/rows';
import classes from './Bubble.module.css';
import { DeliveryMark } from './DeliveryMark';
import { Linked } from './Linked';

type TextRow = Extract<Row, { type: 'text' }>;

export function Bubble({ row, name }: { row: TextRow; name: string }) {
  const { own, first, last, meta, mark } = row;
  return (
    <div className={classes.line} data-own={own || undefined} data-first={first || undefined} data-last={last || undefined}>
      <div className={classes.bubble} title={fullTime(row.at)}>
        <Hidden>{own ? m.said_by_you() : m.said_by({ name })}</Hidden>
        <p className={classes.text}>
          <Linked text={row.text} />
          {/* Keeps the last line of the text clear of the time in the corner. */}
          {meta && <span className={classes.reserve} data-own={own || undefined} aria-hidden="true">{clockTime(row.at)}</span>}
        </p>
        <span className={classes.meta} data-quiet={!meta || undefined}>
          <time dateTime={row.at}>{clockTime(row.at)}</time>
          {mark && <DeliveryMark mark={mark} />}
        </span>
      </div>
      {row.outgoing?.state === 'failed' && <Failed id={row.outgoing.clientMessageId} text={errorText(row.outgoing.code ?? 'internal')} />}
    </div>
  );
}

function Failed({ id, text }: { id: string; text: string }) {
  const { outbox } = useChat();
  return (
    <div className={classes.failed}>
      <span role="alert">{m.send_failed()} {text}</span>
      <span className={classes.actions}>
        <button type="button" onClick={() => outbox.retry(id)}>{m.try_again()}</button>
        <button type="button" onClick={() => outbox.remove(id)}>{m.delete_message()}</button>
      </span>
    </div>
  );
}
