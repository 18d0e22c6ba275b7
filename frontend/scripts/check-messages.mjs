// Every language has every message, with the same placeholders.
import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../locales/', import.meta.url);
const read = (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const base = read('en.json');
const placeholders = (message) =>
  [...new Set([...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort().join();
let wrong = 0;

for (const file of readdirSync(folder).filter((name) => name !== 'en.json')) {
  const other = read(file);
  for (const key of new Set([...Object.keys(base), ...Object.keys(other)])) {
    if (key.startsWith('$')) continue;
    if (!(key in other)) console.error(`${file}: ${key} is missing`);
    else if (!(key in base)) console.error(`${file}: ${key} is not in en.json`);
    else if (placeholders(base[key]) !== placeholders(other[key])) console.error(`${file}: ${key} has other placeholders`);
    else continue;
    wrong += 1;
  }
}
if (wrong > 0) process.exit(1);
