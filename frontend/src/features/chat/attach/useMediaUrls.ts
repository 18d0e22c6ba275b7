import { useEffect, useReducer } from 'react';
import { useChat } from '../model/context';
import type { FileShown } from '../model/file';
import { localUrls } from './localUrls';
import { hereAddress } from './media';

interface Urls {
  /** The file itself. */
  url: string | undefined;
  /** What is shown of a picture in the conversation. */
  thumbnailUrl: string | undefined;
}

/** Where a message's file is to be had: on this device as long as it is there, else at the server. */
export function useMediaUrls(key: string, file: FileShown): Urls {
  const { outbox } = useChat();
  const [, again] = useReducer((count: number) => count + 1, 0);
  const { blobId, thumbnailBlobId } = file;
  useEffect(() => {
    let gone = false;
    const bring = async (to: string, id: string | undefined) => {
      if (id === undefined || localUrls.get(to) !== undefined) return;
      const blob = await outbox.blob(id);
      if (!blob) return;
      localUrls.add(to, blob);
      if (!gone) again();
    };
    void bring(key, blobId);
    void bring(`${key}:thumbnail`, thumbnailBlobId);
    return () => {
      gone = true;
    };
  }, [outbox, key, blobId, thumbnailBlobId]);
  const url = localUrls.get(key) ?? hereAddress(file.url);
  return { url, thumbnailUrl: localUrls.get(`${key}:thumbnail`) ?? hereAddress(file.thumbnailUrl) ?? url };
}

/** The address of bytes in memory, for as long as they are shown. */
export function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [url, show] = useReducer((_: string | undefined, next: string | undefined) => next, undefined);
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(blob);
    show(made);
    return () => {
      show(undefined);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return url;
}
