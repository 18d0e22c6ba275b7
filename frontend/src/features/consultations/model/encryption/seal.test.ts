import { expect, it, test } from 'vitest';
import { codeOf, makeKey, makePair, seal, unseal, WordSeal } from './seal';

const name = { consultationId: 'c1', number: 3 };

async function sealed() {
  const [host, patient, other] = [await makePair(), await makePair(), await makePair()];
  const key = makeKey();
  return { host, patient, other, key, text: await seal(key, name, host, patient.text) };
}

it('gets a key to the page that it was sealed for', async () => {
  const { host, patient, key, text } = await sealed();
  expect(await unseal(text, name, host.text, patient)).toEqual(key);
  // As long as the server takes, which takes nothing else.
  expect([host.text.length, text.length]).toEqual([87, 80]);
  expect(text).not.toContain(Buffer.from(key).toString('base64url').slice(0, 12));
  expect(await seal(key, name, host, patient.text)).not.toBe(text);
});

test('nobody else opens it, and nothing else passes for it', async () => {
  const { host, patient, other, text } = await sealed();
  const changed = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  const forged = await seal(makeKey(), name, other, patient.text);
  const attempts: [string, () => Promise<unknown>][] = [
    ['another page', () => unseal(text, name, host.text, other)],
    ['the page that sealed it, as if to itself', () => unseal(text, name, patient.text, other)],
    ['as another key', () => unseal(text, { ...name, number: 4 }, host.text, patient)],
    ['in another consultation', () => unseal(text, { ...name, consultationId: 'c2' }, host.text, patient)],
    ['changed on the way', () => unseal(changed, name, host.text, patient)],
    ['by somebody who says to be the host', () => unseal(forged, name, host.text, patient)],
    ['sent back to who sealed it', () => unseal(text, name, patient.text, host)],
    ['cut short', () => unseal(text.slice(0, 20), name, host.text, patient)],
    ['no text of that kind', () => unseal('ä'.repeat(80), name, host.text, patient)],
    ['for a point that is on no curve', () => seal(makeKey(), name, host, 'A'.repeat(87))],
    ['for nothing', () => seal(makeKey(), name, host, '')],
  ];
  for (const [what, attempt] of attempts) await expect(attempt(), what).rejects.toBeDefined();
});

it('shows both the same digits, and others with somebody between them', async () => {
  const { host, patient, other } = await sealed();
  const code = await codeOf('c1', host.text, patient.text);
  expect(code).toMatch(/^\d{5} \d{5} \d{5} \d{5}$/);
  expect(await codeOf('c1', patient.text, host.text)).toBe(code);
  expect(await codeOf('c1', host.text, other.text)).not.toBe(code);
  expect(await codeOf('c2', host.text, patient.text)).not.toBe(code);
});

it('makes the digits as docs/protocol.md says', async () => {
  expect(await codeOf('c1', 'b', 'a')).toBe('64535 78869 05681 46063');
});

it('seals what is said, with who says it', async () => {
  const words = new WordSeal(makeKey(), 7);
  const bytes = await words.seal('Grüß Gott', 'hannah');
  expect(WordSeal.numberOf(bytes)).toBe(7);
  expect(Buffer.from(bytes).toString('utf8')).not.toContain('Gott');
  expect(await words.unseal(bytes, 'hannah')).toBe('Grüß Gott');
  await expect(words.unseal(bytes, 'eve')).rejects.toBeDefined();
  await expect(new WordSeal(makeKey(), 7).unseal(bytes, 'hannah')).rejects.toBeDefined();
  const plain = new TextEncoder().encode('{"kind":"hand","up":true}');
  await expect(words.unseal(plain, 'hannah')).rejects.toBeDefined();
  expect(WordSeal.numberOf(new Uint8Array(2))).toBe(0);
});
