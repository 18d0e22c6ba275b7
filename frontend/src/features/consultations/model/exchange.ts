import type { Clock } from '../../../shared/media/clock';
import { parseSaid, type Said, saidText, TEXT_MAX } from './said';
import type { Shown, Word } from './view';

const WORDS_MAX = 500;
const REACTIONS_MAX = 12;
const SHOWN_MS = 4_000;

export interface ExchangeDeps {
  clock: Clock;
  newId: () => string;
  /** What we say goes out; rejects where it can't. */
  send: (text: string, to?: string[]) => Promise<void>;
  onChange: () => void;
  /** Somebody has said something to everybody. */
  onSaid?: () => void;
}

/** Hands, reactions and whispers of a room. All of it is gone with the room: nobody keeps it. What is said to everybody is kept elsewhere. */
export class Exchange {
  /** What is said to everybody, and what to us or by us alone, as it came. */
  words: Word[] = [];
  #kept: Word[] = [];
  #whispers: Word[] = [];
  reactions: Shown[] = [];
  unseen = 0;
  /** Whose hand is up, and since when. */
  readonly hands = new Map<string, number>();
  /** Who sees and hears us. */
  readonly here = new Set<string>();
  readonly #deps: ExchangeDeps;
  #own = false;
  #looking = false;
  #me = '';

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
  }

  /** By what name the room knows us. */
  begin(identity: string): void {
    if (this.#own && this.#me !== identity) this.hands.set(identity, this.hands.get(this.#me) ?? this.#deps.clock.now());
    this.#me = identity;
  }

  get handUp(): boolean {
    return this.#own;
  }

  raise(up: boolean): void {
    this.#own = up;
    if (up) this.hands.set(this.#me, this.#deps.clock.now());
    else this.hands.delete(this.#me);
    this.#say({ kind: 'hand', up });
    this.#deps.onChange();
  }

  /** Says to somebody that they are seen and heard. */
  tellHere(identity: string): void {
    this.#say({ kind: 'here' }, [identity]);
  }

  react(emoji: string, name: string): void {
    this.#say({ kind: 'reaction', emoji });
    this.#show(this.#me, name, emoji);
  }

  whisper(text: string, name: string, to: { identity: string; name: string }): void {
    const words = text.trim().slice(0, TEXT_MAX);
    if (words === '') return;
    const id = this.#deps.newId();
    this.#say({ kind: 'whisper', id, text: words }, [to.identity]);
    this.#add({ id, name, mine: true, text: words, at: this.#deps.clock.now(), whisper: to.name });
  }

  /** Tells everybody that there is something to be read. */
  tellSaid(): void {
    this.#say({ kind: 'said' });
  }

  /** What is said to everybody, with so much of it new. */
  keep(words: Word[], news: number): void {
    this.#kept = words;
    if (!this.#looking) this.unseen += news;
    this.#order();
  }

  look(looking: boolean): void {
    this.#looking = looking;
    if (looking) this.unseen = 0;
    this.#deps.onChange();
  }

  hear(identity: string, name: string, text: string): void {
    const said = parseSaid(text);
    if (!said) return;
    switch (said.kind) {
      case 'hand':
        if (!said.up) this.hands.delete(identity);
        else if (!this.hands.has(identity)) this.hands.set(identity, this.#deps.clock.now());
        break;
      case 'here':
        this.here.add(identity);
        break;
      case 'reaction':
        return this.#show(identity, name, said.emoji);
      case 'said':
        return this.#deps.onSaid?.();
      case 'whisper': {
        const id = `${identity} ${said.id}`;
        if (this.#whispers.some((word) => word.id === id)) return;
        if (!this.#looking) this.unseen += 1;
        return this.#add({ id, name, mine: false, text: said.text, at: this.#deps.clock.now(), whisper: name });
      }
    }
    this.#deps.onChange();
  }

  /** Who comes later is told that our hand is up. */
  meet(identity: string): void {
    if (this.#own) this.#say({ kind: 'hand', up: true }, [identity]);
  }

  forget(identity: string): void {
    this.here.delete(identity);
    this.hands.delete(identity);
  }

  #say(said: Said, to?: string[]): void {
    this.#deps.send(saidText(said), to).catch(() => undefined);
  }

  #add(word: Word): void {
    this.#whispers = [...this.#whispers, word].slice(-WORDS_MAX);
    this.#order();
  }

  #order(): void {
    this.words = [...this.#kept, ...this.#whispers].sort((a, b) => a.at - b.at);
    this.#deps.onChange();
  }

  #show(identity: string, name: string, emoji: string): void {
    const shown: Shown = { id: this.#deps.newId(), identity, name, emoji };
    this.reactions = [...this.reactions, shown].slice(-REACTIONS_MAX);
    this.#deps.clock.after(SHOWN_MS, () => {
      this.reactions = this.reactions.filter((other) => other !== shown);
      this.#deps.onChange();
    });
    this.#deps.onChange();
  }
}
