import { AppError } from '../../../shared/lib/errors';
import { upload, type UploadSession } from '../../../shared/lib/upload';
import type { Attachment, Upload } from '../model/outbox/outgoing';

/** The small fields come before the file, so that the server can refuse before it has read it. */
function formOf(attachment: Attachment, blob: Blob, thumbnail: Blob | null): FormData {
  const form = new FormData();
  // The same at every try: what the server has already is not stored twice.
  form.append('uploadId', attachment.blobId);
  form.append('kind', attachment.kind);
  if (attachment.width !== undefined) form.append('width', String(attachment.width));
  if (attachment.height !== undefined) form.append('height', String(attachment.height));
  if (attachment.durationMs !== undefined) form.append('durationMs', String(attachment.durationMs));
  if (attachment.waveform !== undefined) form.append('waveform', JSON.stringify(attachment.waveform));
  form.append('file', new File([blob], attachment.name, { type: attachment.type }));
  if (thumbnail) form.append('thumbnail', new File([thumbnail], 'thumbnail.jpg', { type: thumbnail.type || 'image/jpeg' }));
  return form;
}

function hasPublicId(answer: unknown): answer is { publicId: string } {
  return typeof answer === 'object' && answer !== null && 'publicId' in answer && typeof answer.publicId === 'string';
}

/** Uploads in the signed-in person's name. */
export function uploader(session: UploadSession, open?: () => XMLHttpRequest): Upload {
  return async ({ attachment }, blob, thumbnail, onProgress, signal) => {
    if (!attachment) throw new AppError('internal');
    const answer = await upload(session, '/api/uploads', formOf(attachment, blob, thumbnail), { onProgress, signal, ...(open && { open }) });
    if (!hasPublicId(answer)) throw new AppError('internal');
    return { publicId: answer.publicId };
  };
}
