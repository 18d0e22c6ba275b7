import { useCallback, useEffect, useMemo, useRef, useState, type ClipboardEvent, type RefObject } from 'react';
import { useObservable } from '../../../shared/lib/useObservable';
import { useChat } from '../model/context';
import { openPicture } from '../../../shared/pictures/open';
import { PreviewSheet } from './PreviewSheet';
import { filesOf, isPasteOfFiles } from './transfer';
import { Tray } from './Tray';

export interface Attachments {
  tray: Tray;
  /** Opens the system's dialog. */
  input: RefObject<HTMLInputElement | null>;
  add: (files: File[]) => void;
  onPaste: (event: ClipboardEvent) => void;
}

/** What is picked, pasted or dropped in one conversation. */
export function useAttachments(): Attachments {
  const [tray] = useState(() => new Tray(openPicture));
  const input = useRef<HTMLInputElement>(null);
  const add = useCallback((files: File[]) => tray.add(files), [tray]);
  const onPaste = useCallback(
    (event: ClipboardEvent) => {
      if (!isPasteOfFiles(event.clipboardData)) return;
      event.preventDefault();
      tray.add(filesOf(event.clipboardData));
    },
    [tray],
  );
  useEffect(() => () => tray.clear(), [tray]);
  return useMemo(() => ({ tray, input, add, onPaste }), [tray, add, onPaste]);
}

interface LayerProps {
  attachments: Attachments;
  otherId: string;
  name: string;
}

/** The sheet over the conversation, while something is picked. */
export function AttachmentLayer({ attachments, otherId, name }: LayerProps) {
  const chat = useChat();
  const { tray, input } = attachments;
  const open = useObservable(tray.state).items.length > 0;
  if (!open) return null;
  const send = () => {
    for (const { prepared, caption } of tray.take() ?? []) chat.sendFile(otherId, { ...prepared, caption });
  };
  return <PreviewSheet tray={tray} name={name} onPick={() => input.current?.click()} onSend={send} />;
}
