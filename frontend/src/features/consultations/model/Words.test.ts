import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/lib/errors';
import { FakeClock, settle } from '../../../shared/testing/media';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { KeptWord, KeptWords } from '../api';
import type { Word } from './view';
import { type Unsent, Words } from './Words';

/** A server that keeps what is said, and may be away. */
function aDesk() {
  const clock = new FakeClock();
  const log: (KeptWord & { key: string })[] = [];
  const stored = new Map<string, readonly Unsent[]>();
  const world = { away: undefined as ErrorCode | undefined, lost: false, asked: 0, told: 0, shown: [] as Word[], news: 0 };
  let id = 0;
  const at = () => new Date(clock.now()).toISOString();
  const others = (text: string) => void log.push({ number: log.length + 1, memberId: 'other', name: 'Bea', guest: false, text, at: at(), key: '' });
  const mine = ({ key, ...word }: KeptWord & { key: string }): KeptWord => (key === '' ? word : { ...word, clientMessageId: key });
  const say = (key: string, text: string): Promise<KeptWords> => {
    world.asked += 1;
    if (world.away) return Promise.reject(new AppError(world.away));
    let word = log.find((one) => one.key === key);
    if (!word) log.push((word = { number: log.length + 1, memberId: 'me', name: 'Ann', guest: false, text, at: at(), key }));
    return world.lost ? Promise.reject(new AppError('timeout')) : Promise.resolve({ consultationId: 'c1', words: [mine(word)] });
  };
  const words = (after: number): Promise<KeptWords> =>
    world.away ? Promise.reject(new AppError(world.away)) : Promise.resolve({ consultationId: 'c1', words: log.filter(({ number }) => number > after).map(mine) });
  const open = () => {
    const page = new Words({
      api: { say, words }, clock, newId: () => `w${(id += 1)}`,
      onChange: (shown, news) => {
        world.shown = shown;
        world.news += news;
      },
      onKept: () => (world.told += 1),
      unsent: { read: (of) => [...(stored.get(of) ?? [])], write: (of, unsent) => void stored.set(of, unsent.map((one) => ({ ...one }))) },
    });
    page.begin('c1');
    return page;
  };
  const texts = () => world.shown.map(({ text, state }) => (state ? `${text} (${state})` : text));
  return { clock, log, world, open, others, texts };
}

describe('what is said to everybody', () => {
  it('is shown at once, and is there once whatever got lost', async () => {
    const { clock, log, world, open, texts } = aDesk();
    const page = open();
    await settle();
    world.away = 'offline';
    page.write(' Hello ');
    page.write('');
    page.write('Again');
    await settle();
    expect(texts()).toEqual(['Hello (waiting)', 'Again (waiting)']);
    world.away = undefined;
    world.lost = true; // it arrives, and its answer does not
    await clock.advance(1_000);
    expect(log).toHaveLength(1);
    world.lost = false;
    await clock.advance(15_000);
    expect(texts()).toEqual(['Hello', 'Again']);
    expect(log.map(({ text }) => text)).toEqual(['Hello', 'Again']);
    expect(world.told).toBe(2);
  });

  it('outlives a reload before the server had it', async () => {
    const { log, world, open, texts } = aDesk();
    const page = open();
    await settle();
    world.away = 'offline';
    page.write('Do not lose me');
    await settle();
    page.close();
    world.away = undefined;
    open();
    await settle();
    expect(texts()).toEqual(['Do not lose me']);
    expect(log).toHaveLength(1);
  });

  it('is read from the last that was read, and counts as new from then on', async () => {
    const { clock, world, open, others, texts } = aDesk();
    others('Before we came');
    const page = open();
    await settle();
    expect([texts(), world.news]).toEqual([['Before we came'], 0]);
    others('While ours was on its way');
    page.write('Ours');
    await settle();
    expect(texts()).toEqual(['Before we came', 'Ours']);
    page.look();
    await settle();
    expect(texts()).toEqual(['Before we came', 'While ours was on its way', 'Ours']);
    expect(world.news).toBe(1);
    others('Nobody told us of this');
    await clock.advance(20_000);
    expect(texts().at(-1)).toBe('Nobody told us of this');
  });

  it('says what the server would not have, and tries it again when asked to', async () => {
    const { clock, world, open, texts } = aDesk();
    const page = open();
    await settle();
    world.away = 'not_admitted';
    page.write('Let me speak');
    await clock.advance(60_000);
    expect(world.asked).toBe(1);
    expect(texts()).toEqual(['Let me speak (failed)']);
    world.away = undefined;
    page.retry();
    await settle();
    expect(texts()).toEqual(['Let me speak']);
  });
});
