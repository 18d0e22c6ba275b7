import { categoryOf, renamed } from '../../../shared/lib/fileKind';
import { clean, openChecked } from '../../../shared/pictures/clean';
import type { OpenPictures } from '../../../shared/pictures/open';

/** What the server takes as a certificate. */
export const MAX_CERTIFICATE_BYTES = 10 * 1024 * 1024;

export type CertificateRefusal = 'too_large' | 'empty' | 'unreadable' | 'unreadable_picture' | 'wrong_kind';

/** A picture, freed of where it was taken, or a PDF as it is; anything else is refused before it is sent. */
export async function certificateOf(file: File, open: OpenPictures): Promise<{ ok: File } | { refused: CertificateRefusal }> {
  if (file.size === 0) return { refused: 'empty' };
  try {
    return categoryOf(file.name, file.type) === 'image' ? await pictureOf(file, open) : await pdfOf(file);
  } catch {
    // Deleted or changed since it was picked.
    return { refused: 'unreadable' };
  }
}

async function pdfOf(file: File): Promise<{ ok: File } | { refused: CertificateRefusal }> {
  const head = new Uint8Array(await file.slice(0, 5).arrayBuffer());
  if (String.fromCharCode(...head) !== '%PDF-') return { refused: 'wrong_kind' };
  if (file.size > MAX_CERTIFICATE_BYTES) return { refused: 'too_large' };
  return { ok: new File([file], file.name, { type: 'application/pdf' }) };
}

async function pictureOf(file: File, open: OpenPictures): Promise<{ ok: File } | { refused: CertificateRefusal }> {
  const opened = await openChecked(file, open);
  if ('refused' in opened) return opened;
  try {
    const { blob } = await clean(opened, MAX_CERTIFICATE_BYTES);
    if (blob.size > MAX_CERTIFICATE_BYTES) return { refused: 'too_large' };
    return { ok: new File([blob], renamed(file.name || 'certificate', blob.type), { type: blob.type }) };
  } finally {
    opened.picture.close();
  }
}
