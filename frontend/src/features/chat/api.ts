import type { Http } from '../../shared/lib/http';
import type { EntriesPage, Inbox } from '../../shared/wire/types';

export const PAGE = 50;

export interface ChatApi {
  inbox(): Promise<Inbox>;
  /** The page that ends before `before`, oldest first. */
  entries(conversationId: string, before: number): Promise<EntriesPage>;
}

export function restApi(http: Http): ChatApi {
  return {
    inbox: () => http.get('/api/inbox'),
    entries: (conversationId, before) => http.get(`/api/conversations/${conversationId}/entries?before=${before}&limit=${PAGE}`),
  };
}
