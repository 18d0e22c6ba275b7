import { IconActivity, IconSearch, IconVideo } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { useCallStarter } from '../../../shared/lib/callStarter';
import { moveFocus } from '../../../shared/lib/useRoving';
import type { Contact } from '../../../shared/wire/types';
import { ICON } from '../../../shared/ui';
import classes from './MessageMenu.module.css';
import { useOpened } from './useOpened';

interface Props {
  other: Contact;
  anchor: DOMRect;
  /** Null where the search has its own button, or there is nothing to search. */
  onSearch: (() => void) | null;
  onClose: () => void;
}

/** What is wanted now and then: beside the buttons for what is wanted at once. */
export function CallMenu({ other, anchor, onSearch, onClose }: Props) {
  const calls = useCallStarter();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  useOpened(dialog, anchor, '');
  const item = (icon: ReactNode, text: string, deed: () => void, disabled = false) => (
    <button
      type="button" className={classes.action} data-roving disabled={disabled}
      onClick={() => {
        onClose();
        deed();
      }}
    >
      {icon}<span>{text}</span>
    </button>
  );
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape and the arrow keys, from anywhere inside
    <dialog
      ref={dialog} className={classes.menu} aria-label={m.chat_menu({ name: other.name })} onClose={onClose} onKeyDown={onKeys}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {onSearch && item(<IconSearch {...ICON} />, m.search_open(), onSearch)}
      {calls && item(<IconVideo {...ICON} />, m.call_check_first(), () => calls.start(other._id, other.name, 'video', true), calls.active)}
      {item(<IconActivity {...ICON} />, m.trial_open_test(), () => void navigate({ to: '/connection-test/{-$userId}', params: { userId: other._id } }))}
    </dialog>
  );
}

function onKeys(event: KeyboardEvent<HTMLElement>): void {
  // Escape closes this, and not the conversation behind it.
  if (event.key === 'Escape') event.stopPropagation();
  else moveFocus(event);
}
