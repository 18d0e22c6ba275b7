import { m } from '../../../shared/i18n';
import type { Contact, Entry, Reaction } from '../../../shared/wire/types';
import { useChat } from '../model/context';
import { grouped } from '../model/reactions';
import classes from './Reactions.module.css';

/** Under a message: what the two of them think of it. A press takes one's own back, or joins the other's. */
export function Reactions({ entry, reactions, other }: { entry: Entry; reactions: readonly Reaction[]; other: Contact }) {
  const chat = useChat();
  return (
    <div className={classes.reactions} role="group" aria-label={m.reactions_label()}>
      {grouped(reactions).map(({ reaction, userIds }) => {
        const mine = userIds.includes(chat.userId);
        const names = userIds.map((id) => (id === chat.userId ? m.quote_you() : other.name)).join(', ');
        return (
          <button
            key={reaction} type="button" className={classes.reaction} aria-pressed={mine} aria-label={m.reaction_by({ reaction, names })}
            title={names} onClick={() => chat.react(entry, mine ? null : reaction)}
          >
            {reaction}{userIds.length > 1 && <span className={classes.count}>{userIds.length}</span>}
          </button>
        );
      })}
    </div>
  );
}
