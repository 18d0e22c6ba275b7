import { categoryOf, renamed } from './fileKind';
import { MAX_FILE_BYTES, MAX_PICTURE_BYTES, MAX_PIXELS, MAX_SIDE, MAX_THUMBNAIL_BYTES } from './limits';
import { readPicture } from './metadata';

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

/** A picture that is open in the browser, turned upright. */
export interface OpenPicture {
  width: number;
  height: number;
  /** Drawn anew, no side longer than `side`; without anything that the file said besides the picture. */
  encode(side: number, type: string, quality: number): Promise<Blob>;
  close(): void;
}

/** Rejects what the browser can't show. */
export type OpenPictures = (file: Blob) => Promise<OpenPicture>;

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
  if (file.size > MAX_PICTURE_BYTES) return { refused: 'too_large' };
  const read = readPicture(new Uint8Array(await file.arrayBuffer()));
  if (read && read.width * read.height > MAX_PIXELS) return { refused: 'too_large' };
  const picture = await open(file).catch(() => null);
  // Its position could not be taken out, so it does not leave as a file either.
  if (!picture) return { refused: 'unreadable_picture' };
  try {
    const fits = read !== null && (read.type === 'image/gif' || Math.max(read.width, read.height) <= MAX_SIDE);
    const kept = read !== null && fits && read.orientation === 1 && read.stripped.length <= MAX_FILE_BYTES;
    const blob = kept ? new Blob([read.stripped], { type: read.type }) : await redrawn(picture, read?.type);
    if (blob.size > MAX_FILE_BYTES) return { refused: 'too_large' };
    const thumbnail = await thumbnailOf(picture);
    const scale = kept ? 1 : Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
    return {
      ok: {
        kind: 'image', blob, name: renamed(file.name || 'picture', blob.type), type: blob.type,
        width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)),
        ...(thumbnail ? { thumbnail } : {}),
      },
    };
  } finally {
    picture.close();
  }
}

/** What may be see-through stays so where the browser can write such a format. */
async function redrawn(picture: OpenPicture, type: string | undefined): Promise<Blob> {
  const maySeeThrough = type === 'image/png' || type === 'image/webp';
  const first = await picture.encode(MAX_SIDE, maySeeThrough ? 'image/webp' : 'image/jpeg', 0.86);
  return first.size <= MAX_FILE_BYTES ? first : picture.encode(MAX_SIDE, 'image/jpeg', 0.8);
}

async function thumbnailOf(picture: OpenPicture): Promise<Blob | undefined> {
  for (const [side, quality] of THUMBNAILS) {
    const blob = await picture.encode(side, 'image/jpeg', quality);
    if (blob.size <= MAX_THUMBNAIL_BYTES) return blob;
  }
  return undefined;
}
