import { IconPhotoOff } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import { useChat } from '../model/context';
import { useGallery } from './gallery';
import classes from './ImageCard.module.css';
import { boxOf } from './media';
import type { MediaProps } from './MediaRow';
import { Progress } from './Progress';
import { useMediaUrls } from './useMediaUrls';

/** A picture in the conversation: its room is there before it is. */
export function ImageCard({ row, name, waiting }: MediaProps) {
  const { outbox } = useChat();
  const openGallery = useGallery();
  const { file, own } = row;
  const { thumbnailUrl } = useMediaUrls(row);
  const [failed, setFailed] = useState<string | null>(null);
  const box = boxOf(file);
  const gone = failed !== null && failed === thumbnailUrl;
  return (
    <div className={classes.frame} style={{ width: box.width, aspectRatio: `${box.width} / ${box.height}` }}>
      <button
        type="button" className={classes.open} onClick={() => openGallery(row.key)}
        aria-label={own ? m.image_open_own() : m.image_open({ name })}
      >
        {thumbnailUrl !== undefined && !gone && (
          <img
            className={classes.image} src={thumbnailUrl} alt="" width={box.width} height={box.height} decoding="async" draggable={false}
            onError={() => setFailed(thumbnailUrl)}
          />
        )}
        {gone && <span className={classes.gone}><IconPhotoOff {...ICON} size={24} />{m.image_failed()}</span>}
      </button>
      {waiting && (
        <span className={classes.progress}>
          <Progress name={file.name} share={waiting.progress} onCancel={() => outbox.remove(waiting.clientMessageId)} />
        </span>
      )}
    </div>
  );
}
