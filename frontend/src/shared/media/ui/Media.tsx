import { useEffect, useRef, useState } from 'react';
import { m } from '../../i18n';
import styles from './Media.module.css';

interface PictureProps {
  stream: MediaStream | undefined;
  mirrored?: boolean;
  label?: string;
  hidden?: boolean;
  /** All of it is seen, whatever is left free beside it. */
  whole?: boolean;
}

/** A picture without its sound, which `Voice` plays: a face that is late or off must not hold up the words. */
export function Picture({ stream, mirrored = false, label, hidden = false, whole = false }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === (stream ?? null)) return;
    element.srcObject = stream ?? null;
    if (stream) element.play().catch(() => undefined);
  }, [stream]);
  return (
    <video
      ref={video}
      className={styles.picture}
      data-mirrored={mirrored}
      data-hidden={hidden}
      data-whole={whole}
      aria-label={label}
      aria-hidden={label === undefined || hidden}
      autoPlay
      playsInline
      muted
    />
  );
}

/** The other's voice. Where the browser wants a touch before it plays, there is a button for that. */
export function Voice({ stream, speaker, name }: { stream: MediaStream | undefined; speaker: string | undefined; name: string }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [blocked, setBlocked] = useState(false);
  useEffect(() => {
    const element = audio.current;
    if (!element || element.srcObject === (stream ?? null)) return;
    element.srcObject = stream ?? null;
    if (stream) element.play().catch((error: unknown) => setBlocked(error instanceof DOMException && error.name === 'NotAllowedError'));
  }, [stream]);
  useEffect(() => {
    const element = audio.current;
    if (speaker !== undefined && element && 'setSinkId' in element) element.setSinkId(speaker).catch(() => undefined);
  }, [speaker]);
  const listen = () => {
    audio.current?.play().then(
      () => setBlocked(false),
      () => undefined,
    );
  };
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y-x/media-has-caption -- a live voice */}
      <audio ref={audio} autoPlay />
      {blocked ? (
        <button type="button" className={styles.listen} onClick={listen}>
          {m.call_hear({ name })}
        </button>
      ) : null}
    </>
  );
}
