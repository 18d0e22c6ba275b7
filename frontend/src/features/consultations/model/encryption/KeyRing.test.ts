import { expect, it, vi } from 'vitest';
import { AppError } from '../../../../shared/lib/errors';
import { FakeClock } from '../../../../shared/testing/media';
import { consultationOf, memberOf } from '../../testing/room';
import type { Consultation, Member, RoomApi } from '../../api';
import { KeyRing, SWITCH_MS } from './KeyRing';

type Keys = NonNullable<Member['keys']>;
type Handed = Parameters<RoomApi['handKeys']>[2][number];

/** What our server does with keys (`domain::consultation::encryption`), and pages that it tells. */
class Server {
  readonly clock = new FakeClock();
  readonly members = new Map<string, Member>();
  readonly rings = new Map<string, KeyRing>();
  encryption = { number: 0, due: false };
  version = 1;
  /** In between: what goes over is another. */
  forge: ((handed: Handed) => Handed) | undefined;
  /** The answer to whoever hands keys is lost, though the server has done it. */
  lost = false;

  enter(id: string, role: Member['role'] = 'member'): KeyRing {
    const known = this.members.get(id);
    this.members.set(id, memberOf({ memberId: id, identity: id, name: id, role, state: 'admitted', ...(known?.keys ? { keys: known.keys } : {}) }));
    const ring = new KeyRing({
      clock: this.clock, take: (next) => ring.take(next), look: () => ring.take(this.view(id)),
      api: {
        bringKey: (page) => this.#answer(id, () => {
          const me = this.#member(id);
          if (me.keys?.page !== page) me.keys = { page, number: 0 };
        }),
        handKeys: (page, number, keys) => this.#answer(id, () => this.#hand(this.#member(id), page, number, keys), true),
      },
    });
    this.rings.set(id, ring);
    ring.take(this.view(id));
    void ring.ready();
    return ring;
  }

  leave(id: string): void {
    const one = this.#member(id);
    this.encryption.due ||= one.keys?.number === this.encryption.number;
    delete one.keys;
    one.state = 'removed';
    this.rings.get(id)?.end();
    this.rings.delete(id);
    this.#tell();
  }

  view(id: string): Consultation {
    const you = this.#member(id);
    const host = you.role !== 'member';
    const shown = ({ keys, ...one }: Member, mine: boolean): Member => {
      const { handed, ...rest } = keys ?? ({} as Keys);
      return { ...one, ...(keys && (mine || host) ? { keys: { ...rest, ...(mine && handed ? { handed } : {}) } } : {}) };
    };
    return consultationOf(this.version, { encryption: { ...this.encryption }, you: shown(you, true), members: [...this.members.values()].map((one) => shown(one, false)) });
  }

  #hand(me: Member, page: string, number: number, keys: Handed[]): void {
    if (me.role === 'member') throw new AppError('forbidden');
    const newest = this.encryption.number;
    if (me.keys?.page !== page) throw new AppError('key_passed');
    if (number === newest + 1) {
      me.keys = { page, number };
      this.encryption = { number, due: false };
    } else if (number !== newest || me.keys.number !== newest) {
      throw new AppError('key_passed');
    }
    for (const each of keys) {
      const { memberId, page: theirs, sealed } = this.forge?.(each) ?? each;
      const one = this.#member(memberId);
      if (one.keys?.page === theirs && one.keys.number < number) one.keys = { page: theirs, number, handed: { from: me.memberId, by: page, sealed } };
    }
  }

  #member(id: string): Member {
    const one = this.members.get(id);
    if (!one) throw new Error(id);
    return one;
  }

  async #answer(id: string, act: () => void, lose = false): Promise<Consultation> {
    await Promise.resolve();
    act();
    this.version += 1;
    this.#tell();
    if (this.lost && lose) throw new AppError('offline');
    return this.view(id);
  }

  #tell(): void {
    for (const [id, ring] of this.rings) ring.take(this.view(id));
  }
}

/** By what a page sends, and what it can open. */
function keysOf(ring: KeyRing) {
  const opens = new Map<number, string>();
  let sends = '';
  ring.follow(({ number, bytes }, current) => {
    opens.set(number, Buffer.from(bytes).toString('hex'));
    if (current) sends = Buffer.from(bytes).toString('hex');
  })();
  return { opens, sends };
}

const held = (...rings: KeyRing[]) => vi.waitFor(() => expect(rings.map(({ view }) => view.value.state)).toEqual(rings.map(() => 'held')));
const number = (server: Server, wanted: number, ...rings: KeyRing[]) =>
  vi.waitFor(() => expect([server.encryption.number, ...rings.map((ring) => Math.max(...keysOf(ring).opens.keys()))]).toEqual([wanted, ...rings.map(() => wanted)]));

async function three() {
  const server = new Server();
  const [host, hannah, jonas] = [server.enter('host', 'host'), server.enter('hannah'), server.enter('jonas')];
  await held(host, hannah, jonas);
  return { server, host, hannah, jonas };
}

it('gives everybody the key of the host’s page, and the two the same digits', async () => {
  const { host, hannah, jonas } = await three();
  const [one, ...others] = [host, hannah, jonas].map((ring) => keysOf(ring).sends);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(others).toEqual([one, one]);
  const theirs = host.view.value.ties.find(({ memberId }) => memberId === 'hannah');
  const hers = hannah.view.value.ties;
  expect([host.view.value.ties.length, hers.length, hers[0]?.name]).toEqual([2, 1, 'host']);
  expect(await host.code(theirs?.page ?? '')).toBe(await hannah.code(hers[0]?.page ?? ''));
});

it('waits for a host, and for who comes back with another page hands it on once more', async () => {
  const server = new Server();
  const hannah = server.enter('hannah');
  await vi.waitFor(() => expect(server.view('hannah').you.keys).toBeDefined());
  expect(hannah.view.value.state).toBe('waiting');
  const host = server.enter('host', 'host');
  await held(host, hannah);
  hannah.end();
  const again = server.enter('hannah');
  await held(again);
  expect(keysOf(again).sends).toBe(keysOf(host).sends);
  expect(host.view.value.ties).toHaveLength(2); // both pages have had it, and are shown
});

it('makes another when somebody goes, opens by it at once, and sends by it once everybody can', async () => {
  const { server, host, hannah, jonas } = await three();
  const before = keysOf(hannah).sends;
  server.leave('jonas');
  expect(keysOf(jonas).opens.size).toBe(0);
  await number(server, 2, host, hannah);
  expect([keysOf(host).sends, keysOf(hannah).sends]).toEqual([before, before]);
  await server.clock.advance(SWITCH_MS);
  const now = keysOf(hannah);
  expect(now.sends).toBe(now.opens.get(2));
  expect([now.sends === before, keysOf(host).sends === now.sends, now.opens.get(1)]).toEqual([false, true, before]);
  expect(host.view.value.ties.map(({ memberId }) => memberId)).toEqual(['hannah']);
});

it('has one key of each number, whoever makes it at the same moment', async () => {
  const server = new Server();
  const rings = [server.enter('host', 'host'), server.enter('other', 'co_host'), server.enter('hannah')];
  await held(...rings);
  const [host, , hannah] = rings as [KeyRing, KeyRing, KeyRing];
  await server.clock.advance(10_000);
  await number(server, server.encryption.number, ...rings);
  await server.clock.advance(SWITCH_MS);
  expect(new Set(rings.map((ring) => keysOf(ring).sends)).size).toBe(1);
  // One of them goes without a word; the other makes the next.
  const newest = server.encryption.number;
  host.end();
  server.leave('host');
  await number(server, newest + 1, hannah);
});

it('takes nothing that was put in the place of a key, says so, and asks for another', async () => {
  const server = new Server();
  const host = server.enter('host', 'host');
  await held(host);
  server.forge = (handed) => ({ ...handed, sealed: 'A'.repeat(80) });
  const hannah = server.enter('hannah');
  await vi.waitFor(() => expect(hannah.view.value).toMatchObject({ state: 'waiting', forged: true }));
  server.forge = undefined;
  await server.clock.advance(5_000);
  await held(hannah);
  expect(hannah.view.value.forged).toBe(false);
  expect(keysOf(hannah).sends).toBe(keysOf(host).sends);
});

it('has what it made even if the answer was lost', async () => {
  const server = new Server();
  const host = server.enter('host', 'host');
  server.lost = true;
  await vi.waitFor(() => expect(server.encryption.number).toBe(1));
  server.lost = false;
  await server.clock.advance(5_000);
  await held(host);
  expect(keysOf(host).opens.has(server.encryption.number)).toBe(true);
});

it('hands nothing to a page that says a key that is none, and the others theirs', async () => {
  const { server, host, jonas } = await three();
  const eve = memberOf({ memberId: 'eve', name: 'eve', state: 'admitted', keys: { page: 'A'.repeat(87), number: 0 } });
  server.members.set('eve', eve);
  server.leave('jonas');
  await number(server, 2, host, server.rings.get('hannah') as KeyRing);
  expect(eve.keys?.handed).toBeUndefined();
  expect(jonas.view.value.state).toBe('none');
});
