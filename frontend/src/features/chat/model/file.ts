import type { Entry, FileKind } from '../../../shared/wire/types';

/** A file as it is shown: stored, with addresses, or still in the outbox, with the names of its bytes there. */
export interface FileShown {
  kind: FileKind;
  name: string;
  type: string;
  size: number;
  width?: number;
  height?: number;
  durationMs?: number;
  waveform?: number[];
  url?: string;
  thumbnailUrl?: string;
  blobId?: string;
  thumbnailBlobId?: string;
}

export function fileOf(entry: Entry): FileShown | null {
  const { messageType: kind, deletedAt, width, height, waveform, thumbnailUrl, audioDuration, durationMs } = entry;
  if ((kind !== 'image' && kind !== 'file' && kind !== 'audio' && kind !== 'recording') || deletedAt !== undefined) return null;
  const url = kind === 'audio' ? entry.audioUrl : entry.fileUrl;
  return {
    kind,
    name: entry.fileName ?? '',
    type: entry.fileType ?? 'application/octet-stream',
    size: entry.fileSize ?? 0,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(durationMs !== undefined && { durationMs }),
    ...(audioDuration !== undefined && { durationMs: audioDuration * 1000 }),
    ...(waveform && { waveform }),
    ...(url !== undefined && { url }),
    ...(thumbnailUrl !== undefined && { thumbnailUrl }),
  };
}
