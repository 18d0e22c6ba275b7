import { useCallback, useState, type ReactNode } from 'react';
import { LiveContext } from './Live';
import classes from './hidden.module.css';

export function LiveRegion({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ count: 0, text: '' });
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ count: count + 1, text })), []);
  return (
    <LiveContext.Provider value={announce}>
      {children}
      <div className={classes.hidden} role="status" aria-live="polite">
        {/* The key makes the same sentence, said twice, a new node. */}
        <span key={said.count}>{said.text}</span>
      </div>
    </LiveContext.Provider>
  );
}
