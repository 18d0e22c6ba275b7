import type { FileMessage, StopReason } from './messages';

export type Who = 'me' | 'them';
/** `rules`: their side does what no side of ours would. */
export type Failure = Exclude<StopReason, 'declined' | 'cancelled'> | 'rules';

/** A file on its way, as it is shown. */
export interface TransferView {
  key: string;
  id: number;
  incoming: boolean;
  name: string;
  size: number;
  mime: string;
  at: number;
  state:
    | 'offered' // the receiver is asked
    | 'queued' // accepted, and waiting for those before it
    | 'moving'
    | 'paused'
    | 'checking'
    | 'done' // whole, by its SHA-256
    | 'declined'
    | 'cancelled'
    | 'failed';
  /** Who has paused, declined or cancelled it; both can have paused. */
  by: Who | undefined;
  pausedHere: boolean;
  moved: number;
  perSecond: number | undefined;
  failure: Failure | undefined;
  canRetry: boolean;
}

/** What the machines ask of the world. */
export type Output =
  | { type: 'send'; message: FileMessage }
  | { type: 'chunk'; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'read'; id: number; round: number; offset: number; length: number }
  /** The file is not needed any more. */
  | { type: 'forget'; id: number }
  | { type: 'open'; id: number; round: number; size: number; name: string }
  | { type: 'write'; id: number; round: number; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'close'; id: number; round: number }
  | { type: 'discard'; id: number }
  /** The other breaks the rules: nothing more is taken from them. */
  | { type: 'refuse' };

export interface Stop {
  by: Who;
  reason: StopReason | 'rules';
}

type Standing = Pick<TransferView, 'state' | 'by' | 'failure'>;

/** How it ended before its end, else who holds it up, else what it is doing. */
export function standingOf(stop: Stop | undefined, paused: { here: boolean; there: boolean }, running: TransferView['state']): Standing {
  if (stop) {
    const { by, reason } = stop;
    if (reason === 'declined' || reason === 'cancelled') return { state: reason, by, failure: undefined };
    return { state: 'failed', by, failure: reason };
  }
  if (paused.here || paused.there) return { state: 'paused', by: paused.here ? 'me' : 'them', failure: undefined };
  return { state: running, by: undefined, failure: undefined };
}

/** What of a file that stopped can begin anew, whoever asks for it. */
export function mayBeginAnew(stop: Stop | undefined): boolean {
  return stop !== undefined && (stop.reason === 'damaged' || stop.reason === 'disk' || stop.reason === 'unreadable');
}
