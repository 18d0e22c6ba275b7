import { AppError, isErrorBody } from './errors';

const TIMEOUT_MS = 15_000;

export interface HttpOptions {
  body?: unknown;
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
    response = await send(path, {
      method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
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
  put<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}
