import { useEffect, useState } from 'react';
import { useObservable } from '../../../shared/lib/useObservable';
import { useChat } from '../model/context';
import { Search, type SearchState } from '../model/Search';

/** What was written with these words, in one conversation or in all; follows the text that is typed. */
export function useSearch(text: string, conversationId?: string): SearchState & { loadMore: () => Promise<void> } {
  const chat = useChat();
  const [search] = useState(() => new Search(chat.api, conversationId));
  useEffect(() => search.ask(text), [search, text]);
  useEffect(() => () => search.stop(), [search]);
  return { ...useObservable(search.state), loadMore: () => search.more() };
}
