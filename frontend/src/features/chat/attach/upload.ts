import { AppError, codeOf, isErrorBody } from '../../../shared/lib/errors';
import type { Attachment, Upload } from '../model/outbox/outgoing';

export interface UploadSession {
  freshToken(): Promise<string>;
  renew(): Promise<string>;
}

/** Without a byte going out for so long, the connection counts as lost. */
const STALL_MS = 30_000;

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

/** By XMLHttpRequest: `fetch` doesn't tell how much has gone out. */
function post(form: FormData, token: string, onProgress: (part: number) => void, signal: AbortSignal, open: () => XMLHttpRequest): Promise<{ publicId: string }> {
  return new Promise((done, failed) => {
    signal.throwIfAborted();
    const request = open();
    let stall: ReturnType<typeof setTimeout> | undefined;
    let stalled = false;
    const watch = () => {
      clearTimeout(stall);
      stall = setTimeout(() => {
        stalled = true;
        request.abort();
      }, STALL_MS);
    };
    const cancel = () => request.abort();
    const end = (error: unknown) => {
      clearTimeout(stall);
      signal.removeEventListener('abort', cancel);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort's reason is what its giver chose
      failed(error);
    };
    request.open('POST', '/api/uploads');
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('accept', 'application/json');
    request.responseType = 'json';
    request.upload.onprogress = (event) => {
      watch();
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onerror = () => end(new AppError('offline'));
    request.onabort = () => end(stalled ? new AppError('timeout') : (signal.reason as unknown));
    request.onload = () => {
      const answer = request.response as unknown;
      if (request.status >= 200 && request.status < 300 && hasPublicId(answer)) {
        clearTimeout(stall);
        signal.removeEventListener('abort', cancel);
        done({ publicId: answer.publicId });
      } else if (isErrorBody(answer)) end(new AppError(answer.code, { retryAfterMs: answer.retryAfterMs }));
      else if (request.status === 413) end(new AppError('too_large'));
      // A proxy's own page rather than an answer of ours.
      else end(new AppError(request.status >= 502 && request.status <= 504 ? 'unavailable' : 'internal'));
    };
    signal.addEventListener('abort', cancel, { once: true });
    watch();
    request.send(form);
  });
}

function hasPublicId(answer: unknown): answer is { publicId: string } {
  return typeof answer === 'object' && answer !== null && 'publicId' in answer && typeof answer.publicId === 'string';
}

/** Uploads in the signed-in person's name; a token that turns out to have ended is renewed once. */
export function uploader(session: UploadSession, open: () => XMLHttpRequest = () => new XMLHttpRequest()): Upload {
  return async ({ attachment }, blob, thumbnail, onProgress, signal) => {
    if (!attachment) throw new AppError('internal');
    const form = formOf(attachment, blob, thumbnail);
    const token = await session.freshToken();
    try {
      return await post(form, token, onProgress, signal, open);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'session_expired' && code !== 'unauthenticated') throw error;
      return post(form, await session.renew(), onProgress, signal, open);
    }
  };
}
