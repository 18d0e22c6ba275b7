import { IconChevronLeft, IconChevronRight, IconDownload, IconX } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { m } from '../../../shared/i18n';
import { fullTime } from '../../../shared/lib/time';
import { ICON } from '../../../shared/ui';
import classes from './Gallery.module.css';
import type { MediaRowData } from './MediaRow';
import { Overlay } from './Overlay';
import { useMediaUrls } from './useMediaUrls';
import { ZoomFrame } from './ZoomFrame';

interface Props {
  /** The pictures of the conversation, oldest first. */
  pictures: readonly MediaRowData[];
  start: string;
  otherName: string;
  onClose: () => void;
}

/** Pictures as large as the window, one after the other. */
export function Gallery({ pictures, start, otherName, onClose }: Props) {
  const [key, setKey] = useState(start);
  const at = Math.max(0, pictures.findIndex((picture) => picture.key === key));
  const picture = pictures[at];
  if (!picture) return null;
  const go = (by: number) => {
    const next = pictures[at + by];
    if (next) setKey(next.key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: pictures.length - 1 - at }[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(by);
  };
  const who = picture.own ? m.image_by_you() : otherName;
  return (
    <Overlay label={m.gallery_label()} dark className={classes.gallery} onClose={onClose} onKeyDown={onKeyDown}>
      <header className={classes.header}>
        <div className={classes.words}>
          <p className={classes.who}>{who}</p>
          <p className={classes.when} aria-live="polite">
            {pictures.length > 1 && <span>{m.gallery_position({ position: at + 1, count: pictures.length })}</span>}
            <time dateTime={picture.at}>{fullTime(picture.at)}</time>
          </p>
        </div>
        <Download row={picture} />
        <button type="button" className={classes.round} aria-label={m.close()} title={m.close()} onClick={onClose} data-autofocus><IconX {...ICON} /></button>
      </header>
      <Picture key={picture.key} row={picture} who={who} onSwipe={go} />
      {at > 0 && (
        <button type="button" className={classes.step} data-side="before" aria-label={m.gallery_previous()} onClick={() => go(-1)}><IconChevronLeft {...ICON} size={24} /></button>
      )}
      {at < pictures.length - 1 && (
        <button type="button" className={classes.step} data-side="after" aria-label={m.gallery_next()} onClick={() => go(1)}><IconChevronRight {...ICON} size={24} /></button>
      )}
      {picture.text !== '' && <p className={classes.caption}>{picture.text}</p>}
    </Overlay>
  );
}

function Download({ row }: { row: MediaRowData }) {
  const { url } = useMediaUrls(row);
  if (url === undefined) return null;
  return (
    <a className={classes.download} href={url} download={row.file.name}>
      <IconDownload {...ICON} /> <span>{m.file_download()}</span>
    </a>
  );
}

function Picture({ row, who, onSwipe }: { row: MediaRowData; who: string; onSwipe: (by: number) => void }) {
  const { url, thumbnailUrl } = useMediaUrls(row);
  const [failed, setFailed] = useState(false);
  const [loaded, setLoaded] = useState(false);
  const { width, height } = row.file;
  const alt = row.text === '' ? m.image_of({ name: who }) : row.text;
  if (failed) return <p className={classes.failed} role="alert">{m.image_failed()}</p>;
  return (
    <ZoomFrame onSwipe={onSwipe}>
      {/* The small one, as large, until the whole is there. */}
      {!loaded && thumbnailUrl !== undefined && thumbnailUrl !== url && (
        <img className={classes.picture} src={thumbnailUrl} alt="" style={width && height ? { aspectRatio: `${width} / ${height}`, width, height: 'auto' } : undefined} />
      )}
      {url !== undefined && (
        <img
          className={classes.picture} data-loading={!loaded || undefined} src={url} alt={alt} draggable={false}
          onLoad={() => setLoaded(true)} onError={() => setFailed(true)}
        />
      )}
    </ZoomFrame>
  );
}
