import { m } from '../../../shared/i18n';
import type { Contact, ReplyTo } from '../../../shared/wire/types';
import { useChat } from '../model/context';
import { quoteText } from '../model/preview';
import classes from './Quote.module.css';

interface Props {
  reply: ReplyTo;
  other: Contact;
  onOpen: (seq: number) => void;
  /** Above a card rather than in a bubble. */
  outside?: boolean;
}

/** The message that this one answers; leads to it. */
export function Quote({ reply, other, onOpen, outside = false }: Props) {
  const { userId } = useChat();
  const who = reply.senderId === userId ? m.quote_you() : other.name;
  return (
    <button
      type="button" className={classes.quote} data-outside={outside || undefined} disabled={reply.deleted === true}
      aria-label={m.quote_label({ name: who, text: quoteText(reply) })} onClick={() => onOpen(reply.seq)}
    >
      <span className={classes.who}>{who}</span>
      <span className={classes.text} data-gone={reply.deleted || undefined}>{quoteText(reply)}</span>
    </button>
  );
}
