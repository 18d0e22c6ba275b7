import { useFocusTrap } from '@mantine/hooks';
import { useEffect, useState, type KeyboardEvent, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import classes from './Overlay.module.css';

interface Props {
  label: string;
  onClose: () => void;
  /** Pictures are looked at in the dark. */
  dark?: boolean;
  className?: string | undefined;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/** Over the page, but under a call that rings: the focus stays inside, and goes back to where it was. */
export function Overlay({ label, onClose, dark = false, className = '', onKeyDown, children }: Props) {
  const trap = useFocusTrap();
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    },
    [before],
  );
  const onKey = (event: KeyboardEvent) => {
    // What is behind must not hear them: Escape leaves the conversation there. The trap hears Tab at the document.
    if (event.key !== 'Tab') event.stopPropagation();
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      onClose();
    } else onKeyDown?.(event);
  };
  return createPortal(
    <div className={classes.scrim} data-dark={dark || undefined}>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- the keys of a dialog */}
      <div ref={trap} className={`${classes.dialog} ${className}`} role="dialog" aria-modal="true" aria-label={label} tabIndex={-1} onKeyDown={onKey}>
        {children}
      </div>
    </div>,
    document.body,
  );
}
