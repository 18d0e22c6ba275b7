import { AppError, codeOf, isErrorBody } from './errors';

/** Whose token goes with what is uploaded. */
export interface UploadSession {
  freshToken(): Promise<string>;
  renew(): Promise<string>;
}

export interface UploadOptions {
  /** How much has gone out, 0 to 1. */
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
  open?: () => XMLHttpRequest;
}

/** Without a byte going out for so long, the connection counts as lost. */
const STALL_MS = 30_000;

/** One form with files, by XMLHttpRequest: `fetch` doesn't tell how much has gone out. Every failure but an abort is an `AppError`. */
export function postForm(path: string, form: FormData, token: string | null, options: UploadOptions = {}): Promise<unknown> {
  const { onProgress, signal, open = () => new XMLHttpRequest() } = options;
  return new Promise((done, failed) => {
    signal?.throwIfAborted();
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
    const ended = () => {
      clearTimeout(stall);
      signal?.removeEventListener('abort', cancel);
    };
    const fail = (error: unknown) => {
      ended();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort's reason is what its giver chose
      failed(error);
    };
    request.open('POST', path);
    if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('accept', 'application/json');
    request.responseType = 'json';
    request.upload.onprogress = (event) => {
      watch();
      if (event.lengthComputable && event.total > 0) onProgress?.(event.loaded / event.total);
    };
    request.onerror = () => fail(new AppError('offline'));
    request.onabort = () => fail(stalled ? new AppError('timeout') : (signal?.reason as unknown));
    request.onload = () => {
      const answer = request.response as unknown;
      if (request.status >= 200 && request.status < 300 && typeof answer === 'object' && answer !== null) {
        ended();
        done(answer);
      } else if (isErrorBody(answer)) fail(new AppError(answer.code, { retryAfterMs: answer.retryAfterMs }));
      else if (request.status === 413) fail(new AppError('too_large'));
      // A proxy's own page rather than an answer of ours.
      else fail(new AppError(request.status >= 502 && request.status <= 504 ? 'unavailable' : 'internal'));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    watch();
    request.send(form);
  });
}

/** The same in the signed-in person's name; a token that turns out to have ended is renewed once. */
export async function upload(session: UploadSession, path: string, form: FormData, options: UploadOptions = {}): Promise<unknown> {
  const token = await session.freshToken();
  try {
    return await postForm(path, form, token, options);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'session_expired' && code !== 'unauthenticated') throw error;
    return postForm(path, form, await session.renew(), options);
  }
}
