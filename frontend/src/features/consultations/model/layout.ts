import type { Person } from './view';

/** What stands in one place: somebody's face, or their screen. */
export interface Tile {
  key: string;
  person: Person;
  screen: boolean;
}

export type Mode = 'grid' | 'speaker';

export interface Layout {
  /** The one that is large; none in the grid. */
  large: Tile | undefined;
  rest: Tile[];
  pages: number;
  page: number;
}

export const tilesOf = (people: readonly Person[]): Tile[] =>
  people.flatMap((person) => [
    ...(person.screen ? [{ key: `${person.identity} screen`, person, screen: true }] : []),
    { key: person.identity, person, screen: false },
  ]);

/** Keeps places as they are; only who speaks on a later page comes to the first, in place of whom was quiet longest. */
export class Seating {
  #order: string[] = [];
  readonly #spoke = new Map<string, number>();
  #turn = 0;

  arrange(people: readonly Person[], perPage: number): Person[] {
    const byIdentity = new Map(people.map((person) => [person.identity, person]));
    const known = this.#order.filter((identity) => byIdentity.has(identity));
    const fresh = people.filter(({ identity }) => !known.includes(identity)).sort((a, b) => rank(a) - rank(b) || a.joinedAt - b.joinedAt);
    this.#order = [...known, ...fresh.map(({ identity }) => identity)];
    for (const person of people) if (person.speaking) this.#spoke.set(person.identity, ++this.#turn);
    for (const person of people) {
      const at = this.#order.indexOf(person.identity);
      if (!person.speaking || at < perPage) continue;
      const quiet = this.#order
        .slice(0, perPage)
        .filter((identity) => byIdentity.get(identity)?.me !== true && byIdentity.get(identity)?.speaking !== true)
        .sort((a, b) => (this.#spoke.get(a) ?? 0) - (this.#spoke.get(b) ?? 0))[0];
      if (quiet === undefined) continue;
      const to = this.#order.indexOf(quiet);
      [this.#order[to], this.#order[at]] = [person.identity, quiet];
    }
    return this.#order.map((identity) => byIdentity.get(identity)).filter((person) => person !== undefined);
  }

  /** Who of the others has spoken last, or may be looked at until somebody does. */
  speaker(people: readonly Person[]): Person | undefined {
    const others = people.filter(({ me }) => !me);
    return others.reduce<Person | undefined>((best, one) => (!best || (this.#spoke.get(one.identity) ?? 0) > (this.#spoke.get(best.identity) ?? 0) ? one : best), undefined);
  }
}

/** The host first, we ourselves at the end of those who are there. */
const rank = ({ role, me }: Person): number => (me ? 2 : role === 'host' ? 0 : 1);

export function layoutOf(seated: readonly Person[], speaker: Person | undefined, mode: Mode, pinned: string | undefined, wantedPage: number, perPage: number): Layout {
  const tiles = tilesOf(seated);
  const shared = tiles.filter(({ screen, person }) => screen && !person.me).at(-1);
  const large =
    tiles.find(({ key }) => key === pinned) ?? shared ?? (mode === 'speaker' ? tiles.find(({ person, screen }) => person.identity === speaker?.identity && !screen) : undefined);
  if (large) return { large, rest: tiles.filter((tile) => tile !== large), pages: 1, page: 0 };
  const pages = Math.max(1, Math.ceil(tiles.length / perPage));
  const page = Math.min(Math.max(0, wantedPage), pages - 1);
  return { large: undefined, rest: tiles.slice(page * perPage, (page + 1) * perPage), pages, page };
}

/** The number of columns with which tiles of so many become largest. */
export function columnsOf(count: number, width: number, height: number): number {
  let best = { columns: 1, area: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const [w, h] = [width / columns, height / rows];
    // A face wants something between a portrait of 4:5 and a film of 16:9; what is wider or higher is lost.
    const usedWidth = Math.min(w, (h * 16) / 9);
    const area = usedWidth * Math.min(h, (usedWidth * 5) / 4);
    if (area > best.area + 1) best = { columns, area };
  }
  return best.columns;
}
