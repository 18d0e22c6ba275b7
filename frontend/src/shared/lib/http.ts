import { AppError, isErrorBody } from './errors';

const TIMEOUT_MS = 15_000;
/** A few megabytes take their time on a weak line. */
const BYTES_TIMEOUT_MS = 60_000;

export interface HttpOptions {
  body?: unknown;
  /** Sent as they are, instead of JSON. */
  bytes?: Blob;
  /** The bearer token; without one the request goes out as nobody's. */
  token?: string | null;
  fetch?: typeof fetch;
}

/** One JSON request. Every failure is an `AppError`. */
export async function request<T>(method: string, path: string, options: HttpOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.token) headers['authorization'] = `Bearer ${options.token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const send = options.fetch ?? fetch;
  let response: Response;
  try {
    const body = options.bytes ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    response = await send(path, {
      method,
      headers,
      signal: AbortSignal.timeout(options.bytes ? BYTES_TIMEOUT_MS : TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
  } catch (cause) {
    const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new AppError(timedOut ? 'timeout' : 'offline', { cause });
  }
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  if (isErrorBody(answer)) throw new AppError(answer.code, { retryAfterMs: answer.retryAfterMs });
  // A proxy's own page rather than an answer of ours.
  throw new AppError(response.status >= 502 && response.status <= 504 ? 'unavailable' : 'internal');
}

/** Requests in the signed-in person's name. */
export interface Http {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  putBytes<T>(path: string, bytes: Blob): Promise<T>;
  delete<T>(path: string): Promise<T>;
}
