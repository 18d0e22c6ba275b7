import { m } from '../../../shared/i18n';
import { useChat } from '../model/context';
import classes from './FileCard.module.css';
import { FileIcon } from './FileIcon';
import { shortName } from '../../../shared/lib/fileKind';
import { sizeText } from './limits';
import { Meta, type MediaProps } from './MediaRow';
import { Progress } from './Progress';
import { useMediaUrls } from './useMediaUrls';

/** A file: what kind, its name, how large, and the one thing to do with it. */
export function FileCard({ row, waiting }: MediaProps) {
  const { outbox } = useChat();
  const { file } = row;
  const { url } = useMediaUrls(row);
  const name = file.name === '' ? m.file_untitled() : file.name;
  return (
    <div className={classes.card}>
      {waiting ? (
        <Progress name={name} share={waiting.progress} onCancel={() => outbox.remove(waiting.clientMessageId)} />
      ) : (
        <span className={classes.icon}><FileIcon name={file.name} type={file.type} /></span>
      )}
      <div className={classes.words}>
        <p className={classes.title} title={name}>{shortName(name)}</p>
        <p className={classes.line}>
          <span>{sizeText(file.size)}</span>
          <Meta row={row} />
        </p>
      </div>
      {!waiting && url !== undefined && (
        <a className={classes.action} href={url} download={name} aria-label={m.file_download_label({ name })}>{m.file_download()}</a>
      )}
    </div>
  );
}
