import { expect, it, test } from 'vitest';
import { personOf } from '../testing/room';
import { columnsOf, layoutOf, Seating } from './layout';
import type { Person, Pictured } from './view';

const SCREEN: Pictured = { sid: 's', attach: () => undefined, detach: () => undefined };
const room = (count: number, of: (index: number) => Partial<Person> = () => ({})) =>
  Array.from({ length: count }, (_, index) => personOf(`p${index}`, { me: index === 0, joinedAt: index, ...of(index) }));

test.each([
  [1, 1200, 700, 1], [2, 1200, 700, 2], [4, 1200, 700, 2], [9, 1200, 700, 3], [2, 374, 640, 1], [6, 374, 640, 2],
])('puts %i tiles of %i × %i in %i columns', (count, width, height, columns) => {
  expect(columnsOf(count, width, height)).toBe(columns);
});

it('turns pages, and goes back to the last one there is', () => {
  const people = room(11);
  expect(layoutOf(people, undefined, 'grid', undefined, 1, 9)).toMatchObject({ pages: 2, page: 1, rest: [{ key: 'p9' }, { key: 'p10' }] });
  expect(layoutOf(people.slice(0, 9), undefined, 'grid', undefined, 1, 9)).toMatchObject({ pages: 1, page: 0 });
});

it('shows large what is pinned, else a screen of another’s, else who speaks', () => {
  const people = room(3, (index) => (index === 2 ? { screen: SCREEN } : {}));
  const [, speaker] = people;
  expect(layoutOf(people, speaker, 'grid', undefined, 0, 9).large?.key).toBe('p2 screen');
  expect(layoutOf(people, speaker, 'grid', 'p1', 0, 9).large?.key).toBe('p1');
  expect(layoutOf(room(3), speaker, 'speaker', 'gone', 0, 9).large?.key).toBe('p1');
  expect(layoutOf(room(3, (index) => (index === 0 ? { screen: SCREEN } : {})), speaker, 'grid', undefined, 0, 9).large).toBeUndefined();
});

it('brings a speaker of a later page to the first, and leaves all others where they are', () => {
  const seating = new Seating();
  const names = (people: Person[]) => seating.arrange(people, 4).map(({ identity }) => identity);
  const before = names(room(6));
  expect(before).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p0']);
  names(room(6, (index) => ({ speaking: index === 1 })));
  const after = names(room(6, (index) => ({ speaking: index === 5 })));
  expect(after.indexOf('p5')).toBeLessThan(4);
  expect(after.indexOf('p1')).toBe(0);
  expect(after.filter((name, at) => before[at] !== name)).toHaveLength(2);
  expect(seating.speaker(room(6))?.identity).toBe('p5');
});
