// Looks into every file of a folder for words that are to be gone.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** So much of a mark's end is looked for: an index may keep the beginning that words have in common but once. */
const END = 12;

/** `marks`: those that are to be nowhere, with where they were. Gives those that are, with the file. */
export async function find(folder, marks) {
  const ends = new Map([...marks].map(([mark, where]) => [mark.slice(-END), `${mark} (${where})`]));
  const found = [];
  for (const one of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!one.isFile()) continue;
    const file = join(one.parentPath, one.name);
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
