import { useMemo } from 'react';
import { useChat } from '../model/context';
import type { Outgoing } from '../model/outbox/outgoing';
import type { Room } from '../model/room';
import { rowsOf } from '../model/rows';
import { Gallery } from './Gallery';
import type { MediaRowData } from './MediaRow';

interface Props {
  room: Room;
  outgoing: readonly Outgoing[];
  start: string;
  onClose: () => void;
}

/** The pictures of what is loaded of a conversation, what is on its way too. */
export default function ConversationGallery({ room, outgoing, start, onClose }: Props) {
  const { userId } = useChat();
  const pictures = useMemo(
    () => rowsOf(room, outgoing, userId).filter((row): row is MediaRowData => row.type === 'file' && row.file.kind === 'image'),
    [room, outgoing, userId],
  );
  return <Gallery pictures={pictures} start={start} otherName={room.other.name} onClose={onClose} />;
}
