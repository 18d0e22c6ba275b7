import type { ReactNode } from 'react';

/** Where calls join the app: around everything of a signed-in person, so that a call outlives the page it began on. */
export function CallsSlot({ children }: { children: ReactNode }) {
  return children;
}
