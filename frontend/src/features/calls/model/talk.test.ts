import { expect, it } from 'vitest';
import { Talk, TEXT_MAX } from './talk';

let ids = 0;
const newId = () => `n${++ids}`;

function write(talk: Talk, text: string): string {
  const word = talk.write(Date.UTC(2026, 0, 2), newId(), text);
  if (!word) throw new Error('nothing to send');
  return talk.send(word);
}

it('is sent to an old client as it knows it', () => {
  const talk = new Talk('Ann', true);
  expect(JSON.parse(write(talk, ' Hello '))).toEqual({ text: 'Hello', sender: 'Ann', timestamp: '2026-01-02T00:00:00.000Z' });
  expect(talk.words).toMatchObject([{ mine: true, state: 'sent' }]);
});

it('is taken from an old client, whoever it says it is', () => {
  const talk = new Talk('Ann', true);
  const { word, reply } = talk.hear(5, JSON.stringify({ text: 'Hi', sender: 'Ann', timestamp: 'yesterday' }), newId);
  expect(word).toMatchObject({ text: 'Hi', mine: false, at: 5 });
  expect(reply).toBeUndefined();
});

it('between ours is confirmed, and sent again over another connection until it is, but shown once', () => {
  const [ann, ben] = [new Talk('Ann', false), new Talk('Ben', false)];
  const lost = write(ann, 'One');
  expect(ann.waiting(true).map(({ text }) => text)).toEqual(['One']);
  for (const message of [lost, ...ann.waiting(true).map((word) => ann.send(word))]) {
    const { reply } = ben.hear(1, message, newId);
    ann.hear(2, reply, newId);
  }
  expect(ben.words.map(({ text }) => text)).toEqual(['One']);
  expect(ann.words).toMatchObject([{ state: 'arrived' }]);
  expect(ann.waiting(true)).toEqual([]);
});

it('waits for a connection', () => {
  const talk = new Talk('Ann', true);
  talk.write(0, newId(), 'Later');
  expect(talk.waiting(false)).toHaveLength(1);
  for (const word of talk.waiting(false)) talk.send(word);
  expect(talk.waiting(true)).toEqual([]);
});

it('is bounded in length and number, and what is no word is none', () => {
  const talk = new Talk('Ann', false);
  expect(talk.write(0, newId(), ' \n ')).toBeUndefined();
  for (const data of ['', '{', 'null', '1', '{"text":1}', '{"text":" "}', new ArrayBuffer(4), `{"text":"${'x'.repeat(70_000)}"}`]) talk.hear(0, data, newId);
  expect(talk.words).toEqual([]);
  talk.hear(0, JSON.stringify({ text: 'x'.repeat(10_000) }), newId);
  expect(talk.words[0]?.text).toHaveLength(TEXT_MAX);
  for (let count = 0; count < 600; count += 1) talk.hear(0, JSON.stringify({ text: 'x', id: newId() }), newId);
  expect(talk.words).toHaveLength(500);
});

it('nobody can confirm or write a word of ours for us', () => {
  const talk = new Talk('Ann', false);
  write(talk, 'Mine');
  const [mine] = talk.words;
  talk.hear(0, JSON.stringify({ text: 'Not mine', id: mine?.id }), newId);
  expect(talk.words.map(({ text, mine: own }) => [text, own])).toEqual([['Mine', true], ['Not mine', false]]);
});
