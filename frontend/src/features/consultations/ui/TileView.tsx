import { IconHandStop, IconLock, IconMicrophoneOff, IconPinned, IconPinnedOff, IconScreenShare } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { m } from '../../../shared/i18n';
import { useFace } from '../../../shared/lib/faces';
import { Picture } from '../../../shared/media/ui/Media';
import tokens from '../../../shared/media/ui/tokens.module.css';
import { Face, Hidden, initials } from '../../../shared/ui';
import type { Tile } from '../model/layout';
import type { Pictured } from '../model/view';
import { connectionWord } from './labels';
import styles from './TileView.module.css';

interface TileProps {
  tile: Tile;
  size: 'large' | 'small' | 'grid';
  /** Our own camera, as it is before it is sent. */
  local: MediaStream | undefined;
  pinned: boolean;
  onPin: () => void;
}

/** One person, or one screen: picture or initials, the name, and what is to be known of them. */
export function TileView({ tile: { person, screen }, size, local, pinned, onPin }: TileProps) {
  const name = person.me ? m.room_you() : person.name;
  const title = screen ? (person.me ? m.screen_own() : m.screen_of({ name: person.name })) : name;
  // What is fair is said in the list of people; here the name needs the room.
  const weak = person.quality === 'weak' ? connectionWord(person.quality) : undefined;
  return (
    <figure className={`${styles.tile} ${tokens.tokens} ${tokens.dark}`} data-size={size} data-screen={screen} data-speaking={person.speaking && !screen} aria-label={title}>
      <div className={styles.picture} data-sealed={person.sealed}>{person.sealed ? <Sealed person={person} small={size === 'small'} /> : screen ? <Screen person={person} title={title} /> : <Camera person={person} local={local} name={name} />}</div>
      <figcaption className={styles.foot}>
        {!screen && person.hand !== undefined ? <span className={styles.hand}><IconHandStop size={16} stroke={1.75} aria-hidden /><Hidden>{m.room_hand_up()}</Hidden></span> : null}
        <span className={styles.label}>
          {screen ? <IconScreenShare size={16} stroke={1.75} aria-hidden /> : null}
          {!screen && person.microphone !== 'on' ? <span className={styles.muted}><IconMicrophoneOff size={16} stroke={1.75} aria-hidden /><Hidden>{m.room_is_muted()}</Hidden></span> : null}
          <span className={styles.name}>{title}</span>
          {!screen && weak ? <span className={styles.weak}>{weak}</span> : null}
        </span>
      </figcaption>
      <button type="button" className={styles.pin} aria-pressed={pinned} aria-label={pinned ? m.room_unpin({ name: title }) : m.room_pin({ name: title })} onClick={onPin}>
        {pinned ? <IconPinnedOff size={18} stroke={1.75} aria-hidden /> : <IconPinned size={18} stroke={1.75} aria-hidden />}
      </button>
    </figure>
  );
}

function Camera({ person, local, name }: { person: Tile['person']; local: MediaStream | undefined; name: string }) {
  if (person.me) return local ? <Picture stream={local} mirrored label={name} /> : <Initials person={person} />;
  return person.camera ? <Attached picture={person.camera} label={name} /> : <Initials person={person} />;
}

function Screen({ person, title }: { person: Tile['person']; title: string }) {
  return person.screen ? <Attached picture={person.screen} label={title} whole /> : null;
}

/** Their picture and voice can't be opened: the key is not there, or not the same. */
function Sealed({ person, small }: { person: Tile['person']; small: boolean }) {
  return (
    <>
      <Initials person={person} />
      <p className={styles.sealed} role="status">
        <IconLock size={16} stroke={1.75} aria-hidden />
        {small ? <Hidden>{m.room_sealed()}</Hidden> : m.room_sealed()}
      </p>
    </>
  );
}

function Initials({ person }: { person: Tile['person'] }) {
  const image = useFace(person.identity);
  return (
    <span className={styles.initials} aria-hidden>
      {initials(person.name)}
      <Face image={image} />
    </span>
  );
}

/** The library sees how large the element is, and asks for no more than that. */
export function Attached({ picture, label, whole = false }: { picture: Pictured; label: string; whole?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    picture.attach(element);
    return () => void picture.detach(element);
  }, [picture]);
  return <video ref={video} className={styles.video} data-whole={whole} aria-label={label} autoPlay playsInline muted />;
}
