import { beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/lib/errors';
import { entryOf } from '../../../shared/testing/data';
import type { SearchPage } from '../../../shared/wire/types';
import type { SearchQuestion } from '../api';
import { Search } from './Search';

beforeEach(() => {
  vi.useFakeTimers();
});

function setUp(conversationId?: string) {
  const asked: { question: SearchQuestion; answer: (page: SearchPage) => void; fail: (error: AppError) => void }[] = [];
  const search = new Search({ search: (question) => new Promise((answer, fail) => asked.push({ question, answer, fail })) }, conversationId);
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const found = () => search.state.value.results.map((entry) => entry.seq);
  return { search, asked, settle, found };
}

it('asks once the person pauses, and for no single letter', async () => {
  const { search, asked } = setUp('c1');
  for (const text of ['p', 'pr', 'pro', ' prot ']) search.ask(text);
  expect(search.state.value.phase).toBe('busy');
  await vi.advanceTimersByTimeAsync(250);
  expect(asked.map(({ question }) => question)).toEqual([{ q: 'prot', conversationId: 'c1' }]);
  search.ask('p');
  expect(search.state.value).toMatchObject({ q: '', phase: 'idle', results: [] });
  search.ask('粥');
  expect(search.state.value).toMatchObject({ q: '粥', phase: 'busy' });
});

it('drops the answer to what is not asked any more', async () => {
  const { search, asked, settle, found } = setUp();
  search.ask('first');
  await vi.advanceTimersByTimeAsync(250);
  search.ask('second');
  await vi.advanceTimersByTimeAsync(250);
  asked[1]?.answer({ results: [entryOf(2)], next: null });
  asked[0]?.answer({ results: [entryOf(1)], next: null });
  await settle();
  expect(found()).toEqual([2]);
});

it('goes on where the page ended, and keeps what it has when that fails', async () => {
  const { search, asked, settle, found } = setUp();
  search.ask('word');
  await vi.advanceTimersByTimeAsync(250);
  asked[0]?.answer({ results: [entryOf(9)], next: 'older' });
  await settle();
  expect(search.state.value.more).toBe(true);
  void search.more();
  expect(asked[1]?.question).toEqual({ q: 'word', before: 'older' });
  asked[1]?.fail(new AppError('offline'));
  await settle();
  expect(found()).toEqual([9]);
  expect(search.state.value).toMatchObject({ phase: 'failed', problem: 'offline' });
  void search.more();
  asked[2]?.answer({ results: [entryOf(3)], next: null });
  await settle();
  expect(found()).toEqual([9, 3]);
});
