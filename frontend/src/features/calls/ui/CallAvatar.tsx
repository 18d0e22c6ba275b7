import styles from './CallAvatar.module.css';

/** The first letters of a name in a large disc; it breathes while something is awaited. */
export function CallAvatar({ name, size, waiting = false }: { name: string; size: 'huge' | 'small'; waiting?: boolean }) {
  return (
    <span className={styles.avatar} data-size={size} data-waiting={waiting} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word) && !/\.$/.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => (word ? String.fromCodePoint(word.codePointAt(0) ?? 0x3f) : ''));
  return letters.join('').toLocaleUpperCase() || '?';
}
