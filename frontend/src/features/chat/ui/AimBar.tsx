import { IconArrowBackUp, IconPencil, IconX } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { useSelected } from '../../../shared/lib/useObservable';
import { ICON } from '../../../shared/ui';
import { useChat } from '../model/context';
import { oneLine } from '../model/preview';
import classes from './AimBar.module.css';

/** Above the field: which message is answered or changed, and a way out of it. */
export function AimBar({ otherId, name }: { otherId: string; name: string }) {
  const chat = useChat();
  const aim = useSelected(chat.aims.state, (aims) => aims.get(otherId));
  if (!aim) return null;
  const editing = aim.kind === 'edit';
  const who = aim.entry.senderId === chat.userId ? m.quote_you() : name;
  return (
    <div className={classes.bar} role="group" aria-label={editing ? m.editing() : m.replying_to({ name: who })}>
      {editing ? <IconPencil {...ICON} /> : <IconArrowBackUp {...ICON} />}
      <p className={classes.words}>
        <span className={classes.title}>{editing ? m.editing() : m.replying_to({ name: who })}</span>
        <span className={classes.text}>{oneLine(aim.entry)}</span>
      </p>
      <button type="button" className={classes.close} aria-label={editing ? m.editing_cancel() : m.reply_cancel()} onClick={() => chat.aims.set(otherId, null)}>
        <IconX {...ICON} size={18} />
      </button>
    </div>
  );
}
