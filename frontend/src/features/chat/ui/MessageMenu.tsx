import { IconArrowBackUp, IconCopy, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { moveFocus } from '../../../shared/lib/useRoving';
import { ICON, useAnnounce } from '../../../shared/ui';
import { allowedFor } from '../model/allowed';
import { useChat } from '../model/context';
import { oneLine } from '../model/preview';
import { emojiIn, MORE, QUICK } from '../model/reactions';
import type { Item } from '../model/rows';
import type { MenuPage } from './Message';
import classes from './MessageMenu.module.css';
import { useOpened } from './useOpened';

interface Props {
  row: Item;
  otherId: string;
  name: string;
  page: MenuPage;
  anchor: DOMRect;
  onClose: () => void;
}

/** What can be done with a message: beside it on a desk, at the foot of a phone. */
export function MessageMenu({ row, otherId, name, page: first, anchor, onClose }: Props) {
  const chat = useChat();
  const announce = useAnnounce();
  const dialog = useRef<HTMLDialogElement>(null);
  const [page, setPage] = useState<MenuPage | 'delete'>(first);
  const allowed = allowedFor(row);
  const { entry } = row;
  const recording = row.type === 'file' && row.file.kind === 'recording';
  const text = row.type === 'card' ? row.entry.message : 'text' in row ? row.text : '';
  useOpened(dialog, anchor, page);

  const close = (deed?: () => void) => {
    deed?.();
    onClose();
  };
  const react = (reaction: string) => {
    if (!entry) return;
    const mine = row.reactions.some((each) => each.userId === chat.userId && each.reaction === reaction);
    close(() => chat.react(entry, mine ? null : reaction));
  };
  const copy = () => {
    const writing = 'clipboard' in navigator ? navigator.clipboard.writeText(text) : Promise.reject(new Error('no clipboard'));
    void writing.then(() => announce(m.copied()), () => announce(m.copy_failed()));
  };
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape and the arrow keys, from anywhere inside
    <dialog
      ref={dialog} className={classes.menu} aria-label={row.own ? m.message_menu_own() : m.message_menu({ name })}
      onClose={onClose} onKeyDown={onKeys}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {page === 'delete' && entry ? (
        <Confirm name={name} recording={recording} onCancel={onClose} onDelete={() => close(() => chat.deleteForEveryone(entry))} />
      ) : page === 'emoji' ? (
        <Emoji onPick={react} />
      ) : (
        <>
          <p className={classes.about} aria-hidden="true">{about(row)}</p>
          {allowed.react && (
            <div className={classes.quick} role="group" aria-label={m.react()}>
              {QUICK.map((each) => <EmojiButton key={each} emoji={each} row={row} me={chat.userId} onPick={react} />)}
              <button type="button" className={classes.emoji} aria-label={m.react_more()} onClick={() => setPage('emoji')}><IconPlus {...ICON} /></button>
            </div>
          )}
          {allowed.reply && entry && (
            <Action icon={<IconArrowBackUp {...ICON} />} onClick={() => close(() => chat.aims.set(otherId, { kind: 'reply', entry }))}>{m.reply()}</Action>
          )}
          {allowed.copy && <Action icon={<IconCopy {...ICON} />} onClick={() => close(copy)}>{m.copy_text()}</Action>}
          {allowed.edit && entry && (
            <Action icon={<IconPencil {...ICON} />} onClick={() => close(() => chat.aims.set(otherId, { kind: 'edit', entry, text: entry.message }))}>{m.edit()}</Action>
          )}
          {allowed.delete && <Action danger icon={<IconTrash {...ICON} />} onClick={() => setPage('delete')}>{recording ? m.recording_withdraw() : m.delete_for_everyone()}</Action>}
        </>
      )}
    </dialog>
  );
}

/** On a phone the menu may lie over the message that it is of. */
const about = (row: Item): string => (row.entry ? oneLine(row.entry) : 'text' in row ? row.text : '');

function onKeys(event: KeyboardEvent<HTMLElement>): void {
  // Escape closes this, and not the conversation behind it.
  if (event.key === 'Escape') event.stopPropagation();
  else if (!(event.target instanceof HTMLInputElement)) moveFocus(event);
}

function Action({ icon, danger = false, onClick, children }: { icon: ReactNode; danger?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className={classes.action} data-roving data-danger={danger || undefined} onClick={onClick}>
      {icon}<span>{children}</span>
    </button>
  );
}

function EmojiButton({ emoji, row, me, onPick }: { emoji: string; row: Item; me: string; onPick: (emoji: string) => void }) {
  const pressed = row.reactions.some((each) => each.userId === me && each.reaction === emoji);
  return <button type="button" className={classes.emoji} data-roving aria-pressed={pressed} onClick={() => onPick(emoji)}>{emoji}</button>;
}

/** A screenful to choose from, or any that the keyboard has. */
function Emoji({ onPick }: { onPick: (emoji: string) => void }) {
  const id = useId();
  const [typed, setTyped] = useState('');
  return (
    <div className={classes.picker}>
      <label className={classes.label} htmlFor={id}>{m.react_any()}</label>
      <input
        id={id} className={classes.any} value={typed} maxLength={32} autoComplete="off"
        onChange={(event) => {
          const emoji = emojiIn(event.currentTarget.value);
          if (emoji === null) setTyped(event.currentTarget.value);
          else onPick(emoji);
        }}
      />
      <div className={classes.grid} role="group" aria-label={m.react()}>
        {[...QUICK, ...MORE].map((each) => (
          <button key={each} type="button" className={classes.emoji} data-roving onClick={() => onPick(each)}>{each}</button>
        ))}
      </div>
    </div>
  );
}

function Confirm({ name, recording, onCancel, onDelete }: { name: string; recording: boolean; onCancel: () => void; onDelete: () => void }) {
  return (
    <div className={classes.confirm}>
      <p className={classes.title}>{recording ? m.recording_delete_title() : m.delete_title()}</p>
      <p>{recording ? m.recording_withdraw_text({ name }) : m.delete_text({ name })}</p>
      <div className={classes.buttons}>
        <button type="button" className={classes.button} onClick={onCancel}>{m.cancel()}</button>
        <button type="button" className={classes.button} data-danger onClick={onDelete}>{m.delete_for_everyone_confirm()}</button>
      </div>
    </div>
  );
}
