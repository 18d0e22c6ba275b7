import { createContext, useContext } from 'react';
import { useSelected } from '../../../shared/lib/useObservable';
import type { ChatStore } from './ChatStore';
import { isOver } from './outbox/outgoing';

export const ChatContext = createContext<ChatStore | null>(null);

export function useChat(): ChatStore {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('useChat outside of ChatContext');
  return chat;
}

export function useUnreadTotal(chat: ChatStore): number {
  return useSelected(chat.state, ({ rooms }) => [...rooms.values()].reduce((sum, room) => sum + room.unread, 0));
}

/** How much was written and has not arrived. */
export function useUnsentCount(): number {
  return useSelected(useChat().outbox.items, (items) => items.filter((item) => !isOver(item)).length);
}
