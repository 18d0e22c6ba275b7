import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { blobIds, kept, type KeptBlob, type Outgoing } from './outgoing';

/** Where unsent messages survive the page. Every method rejects where that is not to be had. */
export interface OutboxStorage {
  all(): Promise<Outgoing[]>;
  /** All or nothing: the item, its files, and the one whose place it takes. */
  put(item: Outgoing, blobs?: readonly KeptBlob[], insteadOf?: string): Promise<void>;
  /** With its files. */
  remove(item: Outgoing): Promise<void>;
  blob(id: string): Promise<Blob | undefined>;
  close(): void;
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Outgoing };
  /** As bytes: not every browser keeps a `Blob` as such. */
  blobs: { key: string; value: { bytes: ArrayBuffer; type: string } };
}

/** Some browsers never answer the first opening; a person's message must not wait for that. */
const OPEN_MS = 3000;
const nameOf = (userId: string): string => `moodbites-${userId}`;

function open(userId: string): Promise<IDBPDatabase<Schema>> {
  const opening = openDB<Schema>(nameOf(userId), 1, {
    upgrade(database) {
      database.createObjectStore('outbox', { keyPath: 'clientMessageId' });
      database.createObjectStore('blobs');
    },
    // Another tab signs out and deletes it.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('IndexedDB does not open')), OPEN_MS);
  });
  return Promise.race([opening, late]);
}

/** In the browser's IndexedDB, one database a person: nobody else's is ever opened. */
export function browserStorage(userId: string): OutboxStorage {
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const database = () => (opened ??= 'indexedDB' in globalThis ? open(userId) : Promise.reject(new Error('no IndexedDB')));
  return {
    async all() {
      const items = await (await database()).getAll('outbox');
      return items.sort((a, b) => a.place - b.place);
    },
    async put(item, blobs = [], insteadOf) {
      const parts = await Promise.all(blobs.map(async ({ id, blob }) => ({ id, bytes: await blob.arrayBuffer(), type: blob.type })));
      const change = (await database()).transaction(['outbox', 'blobs'], 'readwrite');
      const files = change.objectStore('blobs');
      const items = change.objectStore('outbox');
      await Promise.all([
        ...parts.map(({ id, bytes, type }) => files.put({ bytes, type }, id)),
        ...(insteadOf === undefined ? [] : [items.delete(insteadOf)]),
        items.put(kept(item)),
        change.done,
      ]);
    },
    async remove(item) {
      const change = (await database()).transaction(['outbox', 'blobs'], 'readwrite');
      await Promise.all([
        change.objectStore('outbox').delete(item.clientMessageId),
        ...blobIds(item).map((id) => change.objectStore('blobs').delete(id)),
        change.done,
      ]);
    },
    async blob(id) {
      const found = await (await database()).get('blobs', id);
      return found && new Blob([found.bytes], { type: found.type });
    },
    close() {
      void opened?.then((db) => db.close()).catch(() => undefined);
    },
  };
}

/** Takes all of this person's away from this browser. */
export async function forgetOutbox(userId: string): Promise<void> {
  try {
    await deleteDB(nameOf(userId));
  } catch {
    // Where there is no IndexedDB, there is nothing in it.
  }
}
