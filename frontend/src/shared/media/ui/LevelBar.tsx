import { useEffect, useRef, useState } from 'react';
import { m } from '../../i18n';
import styles from './LevelBar.module.css';

const HEARD = 0.02;
const QUIETEST_DB = -60;
const LOUDEST_DB = -12;

/** How loud the microphone is, as a bar that moves; and in words, once somebody was heard. */
export function LevelBar({ level }: { level: () => number }) {
  const bar = useRef<HTMLSpanElement>(null);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    let frame = requestAnimationFrame(function draw() {
      const now = level();
      if (now > HEARD) setHeard(true);
      bar.current?.style.setProperty('scale', `${shareOf(now)} 1`);
      frame = requestAnimationFrame(draw);
    });
    return () => cancelAnimationFrame(frame);
  }, [level]);
  return (
    <div className={styles.level}>
      <span className={styles.track} aria-hidden="true">
        <span ref={bar} className={styles.bar} />
      </span>
      <p className={styles.words} role="status">
        {heard ? m.check_heard() : m.check_say_something()}
      </p>
    </div>
  );
}

/** Loudness is felt in decibels. */
function shareOf(level: number): number {
  const decibels = 20 * Math.log10(Math.max(level, 1e-6));
  return Math.min(1, Math.max(0, (decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
}
