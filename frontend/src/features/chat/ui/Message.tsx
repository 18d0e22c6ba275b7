import { IconDots, IconMoodSmile } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { errorText, m } from '../../../shared/i18n';
import type { Contact } from '../../../shared/wire/types';
import { hasMenu } from '../model/allowed';
import { useChat } from '../model/context';
import type { Item } from '../model/rows';
import classes from './Message.module.css';
import { Quote } from './Quote';
import { Reactions } from './Reactions';
import { useLongPress } from './useLongPress';

export type MenuPage = 'actions' | 'emoji';
export type OnMenu = (key: string, page: MenuPage, anchor: DOMRect) => void;

interface Props {
  row: Item;
  other: Contact;
  /** Found by a search or a quote. */
  lit: boolean;
  /** The one whose button Tab comes to; arrow keys go to the others. */
  tabStop: boolean;
  onMenu: OnMenu;
  onQuote: (seq: number, from: number | null) => void;
  children: ReactNode;
}

/** What is around every message: what it answers, what can be done with it, reactions, and why it failed. */
export function Message({ row, other, lit, tabStop, onMenu, onQuote, children }: Props) {
  const offers = hasMenu(row);
  const open = (page: MenuPage) => (at: Element) => onMenu(row.key, page, at.getBoundingClientRect());
  const longPress = useLongPress(open('actions'));
  return (
    <div className={classes.message} data-own={row.own || undefined} data-first={row.first || undefined} data-lit={lit || undefined}>
      {row.reply && row.type !== 'text' && row.type !== 'gone' && <Quote reply={row.reply} other={other} onOpen={(seq) => onQuote(seq, row.entry?.seq ?? null)} outside />}
      <div className={classes.line}>
        <div className={classes.said} {...(offers ? longPress : {})}>{children}</div>
        {offers && (
          <div className={classes.tools}>
            {row.entry && row.type !== 'gone' && (
              <button type="button" className={classes.tool} data-react tabIndex={-1} aria-hidden="true" onClick={(event) => open('emoji')(event.currentTarget)}>
                <IconMoodSmile size={18} stroke={1.75} />
              </button>
            )}
            <button
              type="button" className={classes.tool} data-roving tabIndex={tabStop ? 0 : -1} aria-haspopup="dialog"
              aria-label={row.own ? m.message_menu_own() : m.message_menu({ name: other.name })} onClick={(event) => open('actions')(event.currentTarget)}
            >
              <IconDots size={18} stroke={1.75} aria-hidden="true" />
            </button>
          </div>
        )}
      </div>
      {row.reactions.length > 0 && row.entry && <Reactions entry={row.entry} reactions={row.reactions} other={other} />}
      {row.outgoing?.state === 'failed' && <Failed row={row} id={row.outgoing.clientMessageId} />}
    </div>
  );
}

function Failed({ row, id }: { row: Item; id: string }) {
  const { outbox } = useChat();
  const { change, attachment, code = 'internal' } = row.outgoing ?? {};
  const changed = change !== undefined;
  const why = attachment && code === 'too_large' ? m.attach_too_large() : errorText(code);
  return (
    <div className={classes.failed}>
      <span role="alert">{changed ? m.change_failed() : m.send_failed()} {why}</span>
      <span className={classes.actions}>
        <button type="button" onClick={() => outbox.retry(id)}>{m.try_again()}</button>
        <button type="button" onClick={() => outbox.remove(id)}>{changed ? m.change_discard() : m.delete_message()}</button>
      </span>
    </div>
  );
}
