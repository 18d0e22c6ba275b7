/** A piece of a text, and whether it is one of the words that were looked for. */
export interface Piece {
  text: string;
  hit: boolean;
}

/** So much of what stands before the first word that was found is shown. */
const BEFORE = 40;
const WORD = /\p{Ideographic}|[\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu;
const LIKE: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ı: 'i' };

/** As the server folds words: without accents, in lower case, look-alikes for one another. */
const fold = (word: string): string =>
  word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[ßæœøđłı]/g, (letter) => LIKE[letter] ?? letter);

const wordsOf = (text: string): string[] => (text.match(WORD) ?? []).map(fold);

/** A text with the words of a question set off, from a little before the first of them on. */
export function piecesOf(text: string, question: string): Piece[] {
  const wanted = wordsOf(question);
  const hits = [...text.matchAll(WORD)].filter(([word]) => wanted.some((want) => fold(word).startsWith(want)));
  const first = hits[0]?.index ?? 0;
  const space = first > BEFORE ? text.indexOf(' ', first - BEFORE) + 1 : 0;
  const start = space > 0 && space <= first ? space : 0;
  const pieces: Piece[] = start > 0 ? [{ text: '…', hit: false }] : [];
  let at = start;
  for (const { 0: word, index } of hits) {
    if (index > at) pieces.push({ text: text.slice(at, index), hit: false });
    pieces.push({ text: word, hit: true });
    at = index + word.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), hit: false });
  return pieces;
}
