import { m } from '../../../shared/i18n';
import { durationText } from '../../../shared/lib/time';
import { sizeText } from './limits';
import { Meta, type MediaProps } from './MediaRow';
import classes from './RecordingCard.module.css';
import { useMediaUrls } from './useMediaUrls';

/** A recorded call: played where it stands, or saved; by the two people of the call alone. */
export function RecordingCard({ row }: MediaProps) {
  const { file } = row;
  const { url } = useMediaUrls(row);
  const name = `${m.recording_title()} ${row.at.slice(0, 10)}.${file.type === 'video/mp4' ? 'mp4' : 'webm'}`;
  return (
    <div className={classes.card}>
      {/* eslint-disable-next-line jsx-a11y-x/media-has-caption -- what two people said; nobody has written it down */}
      {url !== undefined && <video className={classes.video} src={url} controls playsInline preload="none" aria-label={m.recording_title()} />}
      <p className={classes.title}>{m.recording_title()}</p>
      <p className={classes.line}>
        <span>{file.durationMs === undefined ? '' : `${durationText(file.durationMs)} · `}{sizeText(file.size)}</span>
        {url !== undefined && <a href={url} download={name} aria-label={m.file_download_label({ name })}>{m.file_download()}</a>}
        <Meta row={row} />
      </p>
    </div>
  );
}
