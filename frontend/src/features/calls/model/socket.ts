import type { ErrorBody, ErrorCode } from '../../../shared/wire/errors';
import type { Clock } from '../../../shared/media/clock';
import type { Signal } from './pair';

/** What calls need of the app's one connection; a Socket.IO client socket is one. */
export interface CallSocket {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- listeners of a socket are as loose as what it brings
  on(event: string, listener: (...args: any[]) => void): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  off(event: string, listener: (...args: any[]) => void): unknown;
  emit(event: string, payload: unknown): unknown;
  emitWithAck(event: string, payload: unknown): Promise<unknown>;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; code: ErrorCode };

const ACK_MS = 10_000;

/** Asks the server for something; every way in which that can fail comes back as a code. */
export function ask<T>(socket: CallSocket, clock: Clock, event: string, payload: unknown): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const cancel = clock.after(ACK_MS, () => resolve({ ok: false, code: 'timeout' }));
    socket.emitWithAck(event, payload).then(
      (value) => {
        cancel();
        if (isError(value)) resolve({ ok: false, code: value.code });
        else resolve({ ok: true, value: value as T });
      },
      (reason: unknown) => {
        cancel();
        resolve({ ok: false, code: codeOf(reason) });
      },
    );
  });
}

/** A signal on its way to the other; the server hands it on. */
export function emitSignal(socket: CallSocket, target: { callId: string; targetUserId: string }, signal: Signal): void {
  if (signal.type === 'restart') socket.emit('webrtc-ice-candidate', { ...target, candidate: { candidate: '', restart: true } });
  else if (signal.type === 'candidate') socket.emit('webrtc-ice-candidate', { ...target, candidate: signal.candidate });
  else if (signal.type === 'offer') socket.emit('webrtc-offer', { ...target, offer: signal.offer });
  else socket.emit('webrtc-answer', { ...target, answer: signal.answer });
}

function isError(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'error' in value && 'code' in value;
}

function codeOf(reason: unknown): ErrorCode {
  if (typeof reason === 'object' && reason !== null && 'code' in reason && typeof reason.code === 'string') {
    return reason.code as ErrorCode;
  }
  return 'offline';
}
