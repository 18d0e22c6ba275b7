import { readPicture, type Picture } from './metadata';
import type { OpenPicture, OpenPictures } from './open';

/** The longer side of a picture that is sent. */
export const MAX_SIDE = 2560;
/** A picture with more pixels is not opened: decoding it would take the memory of a phone. */
export const MAX_PIXELS = 120_000_000;
/** A picture's file before it is made smaller. */
export const MAX_PICTURE_BYTES = 64 * 1024 * 1024;

export type PictureRefusal = 'too_large' | 'unreadable_picture';

export interface Opened {
  /** To be closed by whoever asked for it. */
  picture: OpenPicture;
  /** Null where its format is none that we can take the rest out of. */
  read: Picture | null;
}

/** Opens what is no bomb and what the browser can show. */
export async function openChecked(file: Blob, open: OpenPictures): Promise<Opened | { refused: PictureRefusal }> {
  if (file.size > MAX_PICTURE_BYTES) return { refused: 'too_large' };
  const read = readPicture(new Uint8Array(await file.arrayBuffer()));
  if (read && read.width * read.height > MAX_PIXELS) return { refused: 'too_large' };
  const picture = await open(file).catch(() => null);
  // Its position could not be taken out, so it does not leave in any other way either.
  return picture ? { picture, read } : { refused: 'unreadable_picture' };
}

export interface Cleaned {
  blob: Blob;
  width: number;
  height: number;
}

/** Freed of everything but the picture, and of a usual size; its own bytes where they can stay. */
export async function clean({ picture, read }: Opened, maxBytes: number): Promise<Cleaned> {
  const fits = read !== null && (read.type === 'image/gif' || Math.max(read.width, read.height) <= MAX_SIDE);
  const kept = read !== null && fits && read.orientation === 1 && read.stripped.length <= maxBytes;
  const blob = kept ? new Blob([read.stripped], { type: read.type }) : await redrawn(picture, read?.type, maxBytes);
  const scale = kept ? 1 : Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  return { blob, width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) };
}

/** What may be see-through stays so where the browser can write such a format. */
async function redrawn(picture: OpenPicture, type: string | undefined, maxBytes: number): Promise<Blob> {
  const maySeeThrough = type === 'image/png' || type === 'image/webp';
  const first = await picture.encode(MAX_SIDE, maySeeThrough ? 'image/webp' : 'image/jpeg', 0.86);
  return first.size <= maxBytes ? first : picture.encode(MAX_SIDE, 'image/jpeg', 0.8);
}
