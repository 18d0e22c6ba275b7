import { useEffect, useLayoutEffect, type RefObject } from 'react';

const GAP = 8;

/** Above or below what it is of, wherever there is room; again for each page, since they differ in size. */
export function useOpened(dialog: RefObject<HTMLDialogElement | null>, anchor: DOMRect, page: string): void {
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (!element.open) element.showModal();
    const { offsetWidth: width, offsetHeight: height } = element;
    const below = anchor.bottom + GAP + height < window.innerHeight;
    const top = below ? anchor.bottom + GAP : Math.max(GAP, anchor.top - GAP - height);
    const left = Math.min(Math.max(GAP, anchor.left + anchor.width / 2 - width / 2), window.innerWidth - width - GAP);
    element.style.setProperty('--top', `${top}px`);
    element.style.setProperty('--left', `${left}px`);
  }, [dialog, anchor, page]);
  useEffect(() => {
    const element = dialog.current;
    element?.querySelector<HTMLElement>('button, input')?.focus();
  }, [dialog, page]);
}
