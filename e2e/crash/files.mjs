// The bytes of uploads, and a look into every file of a folder for words and uploads that are to be gone.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Where uploads are, inside the folder. */
const UPLOADS = 'uploads';

/** A file's bytes, unlike any other's. */
export const bytesOf = ({ mark, size }) => Buffer.alloc(size, `${mark}\n`);

export const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** So much of a mark's end is looked for: an index may keep the beginning that words have in common but once. */
const END = 12;

/**
 * `marks` and `uploads`: those that are to be nowhere, with where they were. Gives those that are, with the file. What a kill
 * has left of an upload that was on its way leaves after a day, and is not looked for.
 */
export async function find(folder, { marks, uploads }) {
  const ends = new Map([...marks].map(([mark, where]) => [mark.slice(-END), `${mark} (${where})`]));
  const found = [];
  for (const one of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!one.isFile()) continue;
    const file = join(one.parentPath, one.name);
    if (relative(folder, file).startsWith(UPLOADS)) {
      const id = one.name.split(/[.#]/, 1)[0];
      if (uploads.has(id) && !one.name.includes('#')) found.push({ file, mark: `upload ${id} (${uploads.get(id)})` });
      continue;
    }
    for (const end of await endsIn(file, ends)) found.push({ file, mark: ends.get(end) });
  }
  return found;
}

async function endsIn(file, ends) {
  const found = new Set();
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = rest + chunk;
    for (const [run] of text.matchAll(new RegExp(`[a-z]{${END},}`, 'g')))
      for (let at = 0; at + END <= run.length; at++) {
        const end = run.slice(at, at + END);
        if (ends.has(end)) found.add(end);
      }
    rest = text.slice(1 - END);
  }
  return found;
}
