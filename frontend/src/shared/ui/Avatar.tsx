import { memo } from 'react';
import { m } from '../i18n';
import classes from './Avatar.module.css';

const HUES = 8;

function initials(name: string): string {
  const words = name.replace(/^(dr|prof|mr|mrs|ms|frau|herr)\.?\s+/i, '').trim().split(/\s+/);
  const first = Array.from(words[0] ?? '')[0] ?? '';
  const last = words.length > 1 ? (Array.from(words.at(-1) ?? '')[0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

/** The same person has the same tint everywhere. */
function hueOf(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at += 1) sum = (sum * 31 + id.charCodeAt(at)) % 9973;
  return sum % HUES;
}

interface Props {
  id: string;
  name: string;
  size?: 32 | 40 | 48 | 96;
  /** Absent where presence means nothing. */
  online?: boolean;
}

/** Decoration: the name stands beside it. Presence is said, too. */
export const Avatar = memo(function Avatar({ id, name, size = 40, online }: Props) {
  return (
    <span className={classes.avatar} data-hue={hueOf(id)} data-size={size}>
      <span aria-hidden="true">{initials(name)}</span>
      {online === true && <span className={classes.presence} role="img" aria-label={m.presence_online()} />}
    </span>
  );
});
