import { describe, expect, it } from 'vitest';
import { piecesOf } from './found';

const marked = (text: string, question: string) => piecesOf(text, question).map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join('');

describe('piecesOf', () => {
  it.each([
    ['Größere Schüssel Müsli', 'grosse musl', '[Größere] Schüssel [Müsli]'],
    ['Porridge, then porridge again.', 'PORR', '[Porridge], then [porridge] again.'],
    ['I ate porridge', 'rid', 'I ate porridge'],
    ['Smørrebrød on Friday', 'smorre', '[Smørrebrød] on Friday'],
    ['早餐吃燕麦粥', '麦', '早餐吃燕[麦]粥'],
    ['', 'x', ''],
    ['.*', '.*', '.*'],
  ])('sets off the words of a question: %s', (text, question, shown) => expect(marked(text, question)).toBe(shown));

  it('begins a little before the first of them, so that it is on the first line', () => {
    const text = `${'and a walk along the river '.repeat(20)}with banana, and so on`;
    expect(marked(text, 'banan')).toMatch(/^…[a-z ]+ river with \[banana\], and so on$/);
    expect(marked(text, 'banan').length).toBeLessThan(80);
  });

  it('gives the whole text back where a long word has no space before it', () => {
    const text = `${'x'.repeat(100)}-banana`;
    expect(marked(text, 'banana')).toBe(`${'x'.repeat(100)}-[banana]`);
  });
});
