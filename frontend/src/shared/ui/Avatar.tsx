import { memo, useState } from 'react';
import { m } from '../i18n';
import { hereAddress } from '../lib/addresses';
import classes from './Avatar.module.css';
import { initials } from './initials';

const HUES = 8;

/** The same person has the same tint everywhere. */
function hueOf(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at += 1) sum = (sum * 31 + id.charCodeAt(at)) % 9973;
  return sum % HUES;
}

interface Props {
  id: string;
  name: string;
  /** Their picture's address, where there is one. */
  image: string | null;
  size?: 32 | 40 | 48 | 96;
  /** Absent where presence means nothing. */
  online?: boolean;
}

/** Decoration: the name stands beside it. Presence is said, too. */
export const Avatar = memo(function Avatar({ id, name, image, size = 40, online }: Props) {
  return (
    <span className={classes.avatar} data-hue={hueOf(id)} data-size={size}>
      <span aria-hidden="true">{initials(name)}</span>
      <Face image={image} />
      {online === true && <span className={classes.presence} role="img" aria-label={m.presence_online()} />}
    </span>
  );
});

/** A person's picture over their initials, once it is there; what can't be loaded leaves them in view. */
export function Face({ image }: { image: string | null }) {
  const src = hereAddress(image ?? undefined);
  // The same picture gets a new address every hour; the old stays in view until that is loaded.
  return src === undefined ? null : <Loaded key={src.split('?')[0]} src={src} />;
}

function Loaded({ src }: { src: string }) {
  const [loaded, setLoaded] = useState(false);
  return (
    <img
      className={classes.face} data-loaded={loaded || undefined} src={src} alt="" draggable={false} decoding="async"
      onLoad={() => setLoaded(true)} onError={() => setLoaded(false)}
    />
  );
}
