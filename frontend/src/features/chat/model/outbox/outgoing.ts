import type { ErrorCode } from '../../../../shared/wire/errors';
import type { AttachmentKind, ReplyTo } from '../../../../shared/wire/types';

/** A file that goes with a message; its bytes are kept apart, under `blobId`. */
export interface Attachment {
  kind: AttachmentKind;
  name: string;
  type: string;
  size: number;
  blobId: string;
  thumbnailBlobId?: string;
  width?: number;
  height?: number;
  durationMs?: number;
  waveform?: number[];
}

/** What is to become of a message that the server has; the new text of an edit is the item's `message`. */
export interface Change {
  kind: 'edit' | 'deletion' | 'reaction';
  messageId: string;
  seq: number;
  /** Null takes it back. */
  reaction?: string | null;
}

/** A message, or a change of one, that is not in the conversation yet. */
export interface Outgoing {
  clientMessageId: string;
  receiverId: string;
  message: string;
  createdAt: string;
  /** Grows with each item: the order of writing, whatever the clock does. */
  place: number;
  state: 'waiting' | 'uploading' | 'sending' | 'sent' | 'failed';
  /** Why it failed. */
  code?: ErrorCode;
  replyTo?: ReplyTo;
  change?: Change;
  attachment?: Attachment;
  /** 0 to 1 while uploading; not kept. */
  progress?: number;
  /** What the server calls the file, once it has it. */
  uploaded?: { publicId: string } | undefined;
}

/** What is written; the outbox adds the rest. */
export type Draft = Pick<Outgoing, 'receiverId' | 'message' | 'replyTo' | 'change'>;

/** A file as it is picked or recorded. */
export interface FileDraft extends Omit<Attachment, 'blobId' | 'thumbnailBlobId' | 'size'> {
  blob: Blob;
  thumbnail?: Blob;
  caption?: string;
  replyTo?: ReplyTo;
}

/** Brings a file to the server; the same `clientMessageId` must never make two of it. Rejects with an `AppError`. */
export type Upload = (
  item: Outgoing,
  blob: Blob,
  thumbnail: Blob | null,
  onProgress: (share: number) => void,
  signal: AbortSignal,
) => Promise<{ publicId: string }>;

export const isOver = (item: Outgoing): boolean => item.state === 'sent';

/** As it is kept: what was under way when the page ended has to begin again. */
export function kept({ progress: _, ...item }: Outgoing): Outgoing {
  return item.state === 'sending' || item.state === 'uploading' ? { ...item, state: 'waiting' } : item;
}

/** A file's bytes, by the name under which they are kept. */
export interface KeptBlob {
  id: string;
  blob: Blob;
}

export function attach(file: FileDraft, makeId: () => string): { attachment: Attachment; blobs: KeptBlob[] } {
  const { blob, thumbnail, caption: _, replyTo: __, ...facts } = file;
  const first = { id: makeId(), blob };
  const second = thumbnail && { id: makeId(), blob: thumbnail };
  return {
    attachment: { ...facts, size: blob.size, blobId: first.id, ...(second && { thumbnailBlobId: second.id }) },
    blobs: second ? [first, second] : [first],
  };
}

export const blobIds = ({ attachment }: Outgoing): string[] =>
  [attachment?.blobId, attachment?.thumbnailBlobId].filter((id) => id !== undefined);
