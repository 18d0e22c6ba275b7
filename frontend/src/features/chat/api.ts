import type { Http } from '../../shared/lib/http';
import type { EntriesPage, Inbox, SearchPage } from '../../shared/wire/types';

export const PAGE = 50;

/** Which page of a conversation, by `seq`. */
export type PageAt = { before: number } | { after: number } | { around: number };

export interface SearchQuestion {
  q: string;
  /** In one conversation alone. */
  conversationId?: string;
  /** What the page before said comes next. */
  before?: string;
}

export interface ChatApi {
  inbox(): Promise<Inbox>;
  /** Oldest first. */
  entries(conversationId: string, at: PageAt): Promise<EntriesPage>;
  search(question: SearchQuestion): Promise<SearchPage>;
}

export function restApi(http: Http): ChatApi {
  return {
    inbox: () => http.get('/api/inbox'),
    entries: (conversationId, at) => {
      const place = Object.entries(at).map(([where, seq]: [string, number]) => `${where}=${seq}`).join('&');
      return http.get(`/api/conversations/${conversationId}/entries?${place}&limit=${PAGE}`);
    },
    search: (question) => http.get(`/api/search?${new URLSearchParams({ ...question, limit: String(PAGE) }).toString()}`),
  };
}
