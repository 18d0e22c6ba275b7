import { codeOf as codeOfError } from '../../../../shared/lib/errors';
import { Observable, type Readable } from '../../../../shared/lib/observable';
import { type Clock, Deadline } from '../../../../shared/media/clock';
import type { Consultation, RoomApi } from '../../api';
import { codeOf, makeKey, makePair, type PagePair, seal, unseal } from './seal';

/** A key of the room, as the page sends and hears by it. */
export interface RoomKey {
  number: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The keys of a room, as they come. */
export interface RoomKeys {
  /** Told of those there are and of each that comes; `sends` once what we send is sealed by it. */
  follow(take: (key: RoomKey, sends: boolean) => void): () => void;
}

/** A page that the newest key went to from ours, or came to ours from. */
export interface Tie {
  memberId: string;
  name: string;
  /** The public key of that page. */
  page: string;
}

export interface KeyRingView {
  /** None while we are not in the room. */
  state: 'none' | 'waiting' | 'held';
  /** What came as the key was not what the page that is said to have sent it would have made. */
  forged: boolean;
  ties: Tie[];
}

export interface KeyRingDeps {
  api: Pick<RoomApi, 'bringKey' | 'handKeys'>;
  clock: Clock;
  /** What the server answers is news like any other. */
  take: (consultation: Consultation) => void;
  look: () => void;
}

/** From entering the room until we leave it. */
interface Entry {
  /** We have made a key, or somebody else was first. */
  made: boolean;
  /** The one that we have made last, whether the server has it or not. */
  offered: RoomKey | undefined;
  /** Somebody else has made a key since, which we have not got. */
  waitsSince: number | undefined;
  /** Another page of ours has said its key since. */
  displacedSince: number | undefined;
}

/** A newer key is heard by at once and sent by a little later, when everybody has it: guests ask once a second. */
export const SWITCH_MS = 1_500;
/** A host who was not handed the newest key makes another. */
const HAND_MS = 5_000;
const AGAIN_MS = 2_000;

/**
 * The keys of an encrypted room in one page. Pages of hosts make them: when they come in, and when somebody has gone who had
 * the one before. They hand the newest to each page that is let in, sealed for it; the server passes on what it can't open.
 */
export class KeyRing implements RoomKeys {
  readonly #deps: KeyRingDeps;
  readonly #view = new Observable<KeyRingView>({ state: 'none', forged: false, ties: [] });
  readonly #later: Deadline;
  readonly #switch: Deadline;
  readonly #followers = new Set<(key: RoomKey, sends: boolean) => void>();
  readonly #codes = new Map<string, Promise<string>>();
  #keys: RoomKey[] = [];
  /** The one that we send by. */
  #current: RoomKey | undefined;
  #pair: PagePair | undefined;
  #it: Consultation | undefined;
  /** What was begun in one before counts no more. */
  #entry: Entry | undefined;
  #waiting: (() => void)[] = [];
  #busy = false;
  #again = false;

  constructor(deps: KeyRingDeps) {
    this.#deps = deps;
    this.#later = new Deadline(deps.clock);
    this.#switch = new Deadline(deps.clock);
  }

  get view(): Readable<KeyRingView> {
    return this.#view;
  }

  /** Once there is a key. */
  async ready(): Promise<RoomKeys> {
    if (!this.#entry) {
      this.#entry = { made: false, offered: undefined, waitsSince: undefined, displacedSince: undefined };
      this.#patch({ state: 'waiting' });
    }
    this.#work();
    if (!this.#current) await new Promise<void>((done) => this.#waiting.push(done));
    return this;
  }

  /** How the consultation stands now. */
  take(consultation: Consultation): void {
    this.#it = consultation;
    this.#work();
  }

  /** We are not in the room any more: nothing of it is kept. */
  end(): void {
    if (!this.#entry) return;
    this.#entry = undefined;
    this.#pair = undefined;
    this.#keys = [];
    this.#current = undefined;
    this.#waiting = []; // whoever waits has been given up with the connection
    this.#codes.clear();
    this.#later.clear();
    this.#switch.clear();
    this.#view.set({ state: 'none', forged: false, ties: [] });
  }

  follow(take: (key: RoomKey, sends: boolean) => void): () => void {
    this.#followers.add(take);
    for (const key of this.#keys) take(key, key === this.#current);
    return () => this.#followers.delete(take);
  }

  /** What we and whoever is at that page compare. */
  code(page: string): Promise<string> {
    const known = this.#codes.get(page);
    if (known) return known;
    const made = this.#pair && this.#it ? codeOf(this.#it.consultationId, this.#pair.text, page) : Promise.reject(new Error('not in the room'));
    this.#codes.set(page, made);
    return made;
  }

  /** One step after the other, each on what is known by then. */
  #work(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    void (async () => {
      while (this.#again) {
        this.#again = false;
        const entry = this.#entry;
        try {
          if (entry) await this.#step(entry);
        } catch (error) {
          if (entry !== this.#entry) continue;
          if (codeOfError(error) === 'key_passed' && entry) {
            // Somebody was first, who hands us theirs; what has come meanwhile may say so.
            entry.made = true;
            entry.waitsSince ??= this.#deps.clock.now();
          } else {
            await new Promise<void>((done) => this.#deps.clock.after(AGAIN_MS, done));
            this.#again = true;
          }
          this.#deps.look();
        }
      }
      this.#busy = false;
    })();
  }

  async #step(entry: Entry): Promise<void> {
    const it = this.#it;
    if (!it?.encryption || it.you.state !== 'admitted' || it.state !== 'open') return;
    const pair = (this.#pair ??= await makePair());
    if (entry !== this.#entry) return;
    const mine = it.you.keys;
    if (mine?.page !== pair.text) {
      // Another page of ours goes in: LiveKit will tell this one to go, unless that one thinks better of it.
      if (mine && this.#current && !this.#isLong(entry, 'displacedSince')) return;
      entry.displacedSince = undefined;
      return this.#news(entry, await this.#deps.api.bringKey(pair.text));
    }
    const { number: newest, due } = it.encryption;
    const { consultationId, you } = it;
    const held = this.#keys.at(-1)?.number ?? 0;
    if (mine.number > held) {
      const { offered } = entry;
      // Of our own making, the answer to which was lost.
      if (!mine.handed && offered?.number === mine.number) {
        entry.made = true;
        return this.#add(offered);
      }
      if (mine.handed) return this.#open(entry, pair, { consultationId, number: mine.number }, mine.handed);
    }
    if (you.role !== 'host' && you.role !== 'co_host') return;
    if (!entry.made || due || this.#waitsInVain(entry, held < newest)) return this.#make(entry, pair, it, newest + 1);
    if (held === newest) await this.#hand(entry, pair, it, this.#keys.at(-1));
  }

  async #open(entry: object, pair: PagePair, name: { consultationId: string; number: number }, { from, by, sealed }: NonNullable<NonNullable<Consultation['you']['keys']>['handed']>): Promise<void> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await unseal(sealed, name, by, pair);
    } catch {
      if (entry !== this.#entry) return;
      // With another pair it will be handed to us once more.
      this.#patch({ forged: true });
      this.#later.set(HAND_MS, () => {
        this.#pair = undefined;
        this.#codes.clear();
        this.#work();
      });
      return;
    }
    if (entry === this.#entry) this.#add({ number: name.number, bytes }, [{ memberId: from, name: this.#nameOf(from), page: by }]);
  }

  async #make(entry: Entry, pair: PagePair, it: Consultation, number: number): Promise<void> {
    const key = { number, bytes: makeKey() };
    entry.offered = key;
    const { keys, ties } = await this.#sealed(pair, it, key);
    if (entry !== this.#entry) return;
    const answer = await this.#deps.api.handKeys(pair.text, number, keys);
    if (entry !== this.#entry) return;
    entry.made = true;
    entry.waitsSince = undefined;
    this.#add(key, ties);
    this.#news(entry, answer);
  }

  async #hand(entry: object, pair: PagePair, it: Consultation, key: RoomKey | undefined): Promise<void> {
    if (!key) return;
    const { keys, ties } = await this.#sealed(pair, it, key);
    if (keys.length === 0 || entry !== this.#entry) return;
    // Shown before it goes out: whoever may have it is seen.
    this.#tie(ties);
    this.#news(entry, await this.#deps.api.handKeys(pair.text, key.number, keys));
  }

  /** For everybody who is let in and hasn't that key. */
  async #sealed(pair: PagePair, it: Consultation, key: RoomKey) {
    const name = { consultationId: it.consultationId, number: key.number };
    const lacking = it.members.flatMap(({ memberId, name: whose, state, keys }) =>
      state === 'admitted' && memberId !== it.you.memberId && keys && keys.number < key.number ? [{ memberId, name: whose, page: keys.page }] : [],
    );
    const sealed = await Promise.all(
      // Who says a key that is none gets none, and keeps nobody else from theirs.
      lacking.map((tie) => seal(key.bytes, name, pair, tie.page).then((text) => [{ tie, key: { memberId: tie.memberId, page: tie.page, sealed: text } }], () => [])),
    );
    return { keys: sealed.flat().map((each) => each.key), ties: sealed.flat().map((each) => each.tie) };
  }

  #waitsInVain(entry: Entry, behind: boolean): boolean {
    if (behind) return this.#isLong(entry, 'waitsSince');
    entry.waitsSince = undefined;
    return false;
  }

  /** Whether it has been so for a while; if not, it is looked at again then. */
  #isLong(entry: Entry, what: 'waitsSince' | 'displacedSince'): boolean {
    const now = this.#deps.clock.now();
    const since = (entry[what] ??= now);
    if (now - since >= HAND_MS) return true;
    this.#later.set(HAND_MS - (now - since), () => this.#work());
    return false;
  }

  #add(key: RoomKey, ties: Tie[] = []): void {
    // The one before still opens what was sent a moment ago.
    this.#keys = [...this.#keys, key].slice(-2);
    this.#view.update((view) => ({ state: 'held', forged: false, ties: merged(ties, view.state === 'held' ? [] : view.ties) }));
    const first = !this.#current;
    if (first) this.#current = key;
    for (const take of this.#followers) take(key, first);
    if (first) {
      for (const done of this.#waiting.splice(0)) done();
    } else {
      this.#switch.set(SWITCH_MS, () => {
        this.#current = key;
        for (const take of this.#followers) take(key, true);
      });
    }
    this.#again = true;
  }

  #tie(ties: Tie[]): void {
    this.#patch({ ties: merged(this.#view.value.ties, ties) });
  }

  #news(entry: object, consultation: Consultation): void {
    if (entry === this.#entry) this.#deps.take(consultation);
  }

  #nameOf(memberId: string): string {
    return this.#it?.members.find((one) => one.memberId === memberId)?.name ?? this.#it?.owner.name ?? '';
  }

  #patch(part: Partial<KeyRingView>): void {
    this.#view.update((view) => ({ ...view, ...part }));
  }
}

const merged = (known: Tie[], more: Tie[]): Tie[] => [...known, ...more.filter(({ page }) => !known.some((tie) => tie.page === page))];
