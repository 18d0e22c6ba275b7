import { useEffect, useReducer } from 'react';
import { hereAddress } from '../../../shared/lib/addresses';
import { useSelected } from '../../../shared/lib/useObservable';
import type { ChatStore } from '../model/ChatStore';
import { useChat } from '../model/context';
import { Addresses, isExpired } from './Addresses';
import { localUrls } from './localUrls';
import type { MediaRowData } from './MediaRow';

interface Urls {
  /** The file itself. */
  url: string | undefined;
  /** What is shown of a picture in the conversation. */
  thumbnailUrl: string | undefined;
}

const known = new WeakMap<ChatStore, Addresses>();

function addressesOf(chat: ChatStore): Addresses {
  const addresses = known.get(chat) ?? new Addresses((conversationId, before) => chat.api.entries(conversationId, { before }));
  known.set(chat, addresses);
  return addresses;
}

/** Where a message's file is to be had: on this device as long as it is there, else at the server. */
export function useMediaUrls({ key, file, entry }: Pick<MediaRowData, 'key' | 'file' | 'entry'>): Urls {
  const chat = useChat();
  const { outbox } = chat;
  const addresses = addressesOf(chat);
  const fresh = useSelected(addresses.fresh, (all) => (entry ? all.get(entry.messageId) : undefined));
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
  const signed = (file.kind === 'audio' ? fresh?.audioUrl : fresh?.fileUrl) ?? file.url;
  useEffect(() => {
    if (entry && isExpired(signed, Date.now())) void addresses.renew(entry);
  }, [addresses, entry, signed]);
  const url = localUrls.get(key) ?? hereAddress(signed);
  return { url, thumbnailUrl: localUrls.get(`${key}:thumbnail`) ?? hereAddress(fresh?.thumbnailUrl ?? file.thumbnailUrl) ?? url };
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
