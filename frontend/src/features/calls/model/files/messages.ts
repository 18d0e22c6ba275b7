/** The label of the channel that files go over; only two of our clients have one. */
export const FILES_LABEL = 'files';
export const VERSION = 1;

/** What one chunk carries at most: with its head it fits into what every browser takes in one message. */
export const CHUNK_BYTES = 64 * 1024 - 16;
/** What may be under way, or wait for the disk, at any time. */
export const WINDOW_MAX = 8 * 1024 * 1024;
/** Files that are not settled yet, in one direction. */
export const OPEN_MAX = 20;
/** Files in one direction in the life of a call. */
export const FILES_MAX = 200;
/** A file whose bytes go to the disk as they come. */
export const DISK_MAX = 2 * 1024 * 1024 * 1024;
/** One that has to be held in memory until it is whole. */
export const MEMORY_MAX = 256 * 1024 * 1024;

const TEXT_MAX = 8 * 1024;
const HEAD_BYTES = 16;
const ID_MAX = 0xffff_ffff;

const STOP_REASONS = ['declined', 'cancelled', 'too-large', 'too-many', 'unreadable', 'disk', 'damaged', 'gone'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** `mine`: of a file that who says it is sending. A round begins with each `accept`; what belongs to an earlier one is void. */
export type FileMessage =
  | { type: 'hello'; version: number; max: number; sending: number[] }
  | { type: 'offer'; id: number; name: string; size: number; mime: string }
  | { type: 'accept'; id: number; round: number; offset: number }
  | { type: 'ack'; id: number; round: number; offset: number }
  | { type: 'end'; id: number; round: number; digest: string }
  | { type: 'done'; id: number }
  | { type: 'pause'; id: number; mine: boolean; on: boolean }
  | { type: 'stop'; id: number; mine: boolean; reason: StopReason };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isCount = (value: unknown, most = Number.MAX_SAFE_INTEGER): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isId = (value: unknown): value is number => isCount(value, ID_MAX);

/** What the other says, or nothing where it is not what we know. */
export function parseMessage(text: string): FileMessage | undefined {
  if (text.length > TEXT_MAX) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(said)) return undefined;
  const { type, id, round, offset, mine } = said;
  if (type === 'hello') {
    const { version, max, sending } = said;
    if (!isCount(version) || !isCount(max) || !Array.isArray(sending) || sending.length > FILES_MAX || !sending.every(isId)) return undefined;
    return { type, version, max, sending };
  }
  if (!isId(id)) return undefined;
  switch (type) {
    case 'offer': {
      const { name, size, mime } = said;
      return typeof name === 'string' && isCount(size) && typeof mime === 'string' ? { type, id, name, size, mime } : undefined;
    }
    case 'accept':
    case 'ack':
      return isCount(round, ID_MAX) && isCount(offset) ? { type, id, round, offset } : undefined;
    case 'end': {
      const { digest } = said;
      return isCount(round, ID_MAX) && typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? { type, id, round, digest } : undefined;
    }
    case 'done':
      return { type, id };
    case 'pause':
      return typeof mine === 'boolean' && typeof said['on'] === 'boolean' ? { type, id, mine, on: said['on'] } : undefined;
    case 'stop': {
      const reason = STOP_REASONS.find((known) => known === said['reason']);
      return typeof mine === 'boolean' && reason ? { type, id, mine, reason } : undefined;
    }
    default:
      return undefined;
  }
}

export interface Chunk {
  id: number;
  round: number;
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Id, round, and where in the file it belongs, then the bytes. */
export function writeChunk({ id, round, offset, bytes }: Chunk): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(HEAD_BYTES + bytes.length);
  const head = new DataView(message.buffer);
  head.setUint32(0, id);
  head.setUint32(4, round);
  head.setFloat64(8, offset);
  message.set(bytes, HEAD_BYTES);
  return message;
}

export function readChunk(message: ArrayBuffer): Chunk | undefined {
  if (message.byteLength <= HEAD_BYTES || message.byteLength > HEAD_BYTES + CHUNK_BYTES) return undefined;
  const head = new DataView(message);
  const offset = head.getFloat64(8);
  if (!isCount(offset)) return undefined;
  return { id: head.getUint32(0), round: head.getUint32(4), offset, bytes: new Uint8Array(message, HEAD_BYTES) };
}
