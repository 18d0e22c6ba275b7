import { categoryOf, renamed } from '../../../shared/lib/fileKind';
import { clean, openChecked } from '../../../shared/pictures/clean';
import type { OpenPicture, OpenPictures } from '../../../shared/pictures/open';
import { MAX_FILE_BYTES, MAX_THUMBNAIL_BYTES } from './limits';

/** Ready to be sent. */
export interface Prepared {
  kind: 'image' | 'file';
  blob: Blob;
  name: string;
  type: string;
  thumbnail?: Blob;
  width?: number;
  height?: number;
}

export type Refusal = 'too_large' | 'empty' | 'unreadable' | 'unreadable_picture';
export type Result = { ok: Prepared } | { refused: Refusal };

const THUMBNAILS = [[640, 0.72], [480, 0.6], [320, 0.5], [160, 0.4]] as const;

/** A picture is freed of everything but the picture and made small enough; any other file stays as it is. */
export async function prepare(file: File, open: OpenPictures): Promise<Result> {
  if (file.size === 0) return { refused: 'empty' };
  try {
    return categoryOf(file.name, file.type) === 'image' ? await preparePicture(file, open) : prepareFile(file);
  } catch {
    // Deleted or changed since it was picked, or a folder.
    return { refused: 'unreadable' };
  }
}

function prepareFile(file: File): Result {
  if (file.size > MAX_FILE_BYTES) return { refused: 'too_large' };
  return { ok: { kind: 'file', blob: file, name: file.name, type: file.type || 'application/octet-stream' } };
}

async function preparePicture(file: File, open: OpenPictures): Promise<Result> {
  const opened = await openChecked(file, open);
  if ('refused' in opened) return opened;
  try {
    const { blob, width, height } = await clean(opened, MAX_FILE_BYTES);
    if (blob.size > MAX_FILE_BYTES) return { refused: 'too_large' };
    const thumbnail = await thumbnailOf(opened.picture);
    return {
      ok: { kind: 'image', blob, name: renamed(file.name || 'picture', blob.type), type: blob.type, width, height, ...(thumbnail ? { thumbnail } : {}) },
    };
  } finally {
    opened.picture.close();
  }
}

async function thumbnailOf(picture: OpenPicture): Promise<Blob | undefined> {
  for (const [side, quality] of THUMBNAILS) {
    const blob = await picture.encode(side, 'image/jpeg', quality);
    if (blob.size <= MAX_THUMBNAIL_BYTES) return blob;
  }
  return undefined;
}
