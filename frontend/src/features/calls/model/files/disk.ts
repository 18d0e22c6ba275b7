import { randomId } from '../../../../shared/lib/ids';
import { DISK_MAX, MEMORY_MAX } from './messages';

/** Where one file goes as it comes. */
export interface Place {
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** All of it, once nothing more comes. */
  close(): Promise<Blob>;
  discard(): Promise<void>;
}

export interface Disk {
  /** The largest file that it can take. */
  max: number;
  /** Fails where there is no room for so much. */
  open(size: number): Promise<Place>;
}

const FOLDER = 'call-files';
const LOCK = 'moodbites.call-files';
const BATCH_BYTES = 1024 * 1024;

/** What holds the bytes until they are whole and saved: the browser's own disk, or where it has none that can be written as they come, its memory. */
export async function findDisk(): Promise<Disk> {
  try {
    const root = await navigator.storage.getDirectory();
    if (!('createWritable' in FileSystemFileHandle.prototype)) return memory;
    await keepForLife();
    return { max: DISK_MAX, open: (size) => openFile(root, size) };
  } catch {
    return memory; // private windows, and browsers that have no such thing
  }
}

/** Removes what calls of pages that are gone have left; a file of a person's health must not stay where nobody looks. */
export async function sweepCallFiles(): Promise<void> {
  try {
    await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock) await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true });
    });
  } catch {
    // Nothing was left, or there is no such disk.
  }
}

/** A page that has such files keeps the others from sweeping them, for as long as it lives. */
function keepForLife(): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const hold = () => {
      resolve();
      return new Promise<never>(() => undefined);
    };
    locks.request(LOCK, { mode: 'shared' }, hold).catch(reject);
  });
}

async function openFile(root: FileSystemDirectoryHandle, size: number): Promise<Place> {
  const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < size) throw new DOMException('no room', 'QuotaExceededError');
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const name = randomId();
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  let batch: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    const parts = new Blob(batch);
    [batch, held] = [[], 0];
    writing = writing.then(() => stream.write(parts));
    return writing;
  };
  return {
    async write(bytes) {
      batch.push(bytes);
      held += bytes.length;
      if (held >= BATCH_BYTES) await flush();
    },
    async close() {
      await flush();
      await stream.close();
      return handle.getFile();
    },
    async discard() {
      await stream.abort().catch(() => undefined); // closed already
      await folder.removeEntry(name).catch(() => undefined);
    },
  };
}

export const memory: Disk = {
  max: MEMORY_MAX,
  open() {
    let parts: Uint8Array<ArrayBuffer>[] = [];
    return Promise.resolve({
      write(bytes) {
        parts.push(bytes);
        return Promise.resolve();
      },
      close: () => Promise.resolve(new Blob(parts)),
      discard() {
        parts = [];
        return Promise.resolve();
      },
    });
  },
};
