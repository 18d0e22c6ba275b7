import type { Connection } from '../../../shared/socket';
import type { ChatApi } from '../api';
import type { Upload } from './outbox/outgoing';
import type { OutboxStorage } from './outbox/storage';
import type { Tabs } from './outbox/tabs';

export interface ChatDeps {
  userId: string;
  connection: Pick<Connection, 'on' | 'emitNow' | 'emitWithAck' | 'phase'>;
  api: ChatApi;
  /** Brings files to the server. */
  upload?: Upload;
  /** Where what is unsent survives the page, and the other tabs of this person; without them, this page is all there is. */
  storage?: OutboxStorage;
  tabs?: Tabs;
}
