// The scripts that index.html loads at once, and what they import, compressed: 250 kB at most.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 250_000;
const dist = new URL('../dist/', import.meta.url);
const html = readFileSync(new URL('index.html', dist), 'utf8');
const seen = new Set();

function visit(path) {
  if (seen.has(path)) return;
  seen.add(path);
  const text = readFileSync(new URL(path, dist), 'utf8');
  for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(`assets/${name}`);
}

for (const [, path] of html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)) visit(path);
const total = [...seen].reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, dist))).length, 0);
console.log(`first load: ${(total / 1000).toFixed(0)} kB of compressed JavaScript in ${seen.size} files`);
if (total > LIMIT) {
  console.error(`over the limit of ${LIMIT / 1000} kB`);
  process.exit(1);
}
