import { useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { m } from '../../../shared/i18n';
import { useSelected } from '../../../shared/lib/useObservable';
import { Avatar, StateNote } from '../../../shared/ui';
import { DropZone } from '../attach/DropZone';
import { GalleryContext } from '../attach/gallery';
import { AttachmentLayer, useAttachments } from '../attach/useAttachments';
import { isShown } from '../model/fold';
import { hasOlder } from '../model/log';
import { useChat } from '../model/context';
import { Composer } from './Composer';
import classes from './Conversation.module.css';
import { ConversationHeader } from './ConversationHeader';
import { MessageList } from './MessageList';
import { MessageSkeleton } from './MessageSkeleton';
import { SearchBar } from './SearchBar';
import { useFindKey } from './useFindKey';

const ConversationGallery = lazy(() => import('../attach/ConversationGallery'));

/** Enough to fill a screen and more, so that the list opens at its place at once. */
const ENOUGH = 30;

export function Conversation({ otherId }: { otherId: string }) {
  const chat = useChat();
  const room = useSelected(chat.state, ({ rooms }) => rooms.get(otherId));
  const items = useSelected(chat.outbox.items, (all) => all);
  const outgoing = useMemo(() => items.filter((item) => item.receiverId === otherId), [items, otherId]);
  const attachments = useAttachments();
  const [searching, setSearching] = useState(false);
  const onSearch = room?.conversationId == null ? null : () => setSearching(true);
  useFindKey(onSearch);
  const [picture, showPicture] = useState<string | null>(null);
  const navigate = useNavigate();
  const router = useRouter();

  useEffect(() => {
    chat.open(otherId);
    return () => chat.leave(otherId);
  }, [chat, otherId]);

  const leave = useCallback(() => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: '/chats/{-$userId}', params: {}, replace: true });
  }, [navigate, router]);

  if (!room) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    void navigate({ to: '/chats/{-$userId}', params: {}, replace: true });
  };
  const ready = room.past !== null || room.log.length >= ENOUGH || !hasOlder(room.log) || room.older === 'failed';
  const empty = !room.log.some(isShown) && outgoing.length === 0;
  return (
    // eslint-disable-next-line jsx-a11y-x/no-static-element-interactions -- Escape leaves from anywhere inside
    <div className={classes.conversation} onKeyDown={onKeyDown} onPaste={attachments.onPaste}>
      <ConversationHeader other={room.other} typing={room.typing} onBack={leave} onSearch={onSearch} />
      {searching && room.conversationId !== null && (
        <SearchBar otherId={otherId} name={room.other.name} conversationId={room.conversationId} onClose={() => setSearching(false)} />
      )}
      <div className={classes.body}>
        {!ready && <MessageSkeleton />}
        {ready && empty && (
          <StateNote
            icon={<Avatar id={room.other._id} name={room.other.name} image={room.other.profileImage} size={96} />}
            title={m.chat_first({ name: room.other.name })}
            text={m.chat_private()}
          />
        )}
        {ready && !empty && <GalleryContext value={showPicture}><MessageList room={room} outgoing={outgoing} /></GalleryContext>}
      </div>
      <Composer otherId={otherId} name={room.other.name} attachments={attachments} />
      <DropZone name={room.other.name} onFiles={attachments.add} />
      <AttachmentLayer attachments={attachments} otherId={otherId} name={room.other.name} />
      {picture !== null && (
        <Suspense fallback={null}>
          <ConversationGallery room={room} outgoing={outgoing} start={picture} onClose={() => showPicture(null)} />
        </Suspense>
      )}
    </div>
  );
}
