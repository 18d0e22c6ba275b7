import type { ErrorBody, ErrorCode } from '../wire/errors';

/** Everything that goes wrong between us and the server; what a person reads is chosen by `code`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(code, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  'busy', 'rate_limited', 'storage_full', 'unavailable', 'offline', 'timeout', 'session_expired', 'unauthenticated',
]);

/** Whether the same request, with the same `clientMessageId`, may succeed later. */
export function isTransient(code: ErrorCode): boolean {
  return TRANSIENT.has(code);
}

export function codeOf(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : 'internal';
}

export function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'error' in value;
}
