import { Deadline } from '../../../shared/media/clock';
import { FILES_LABEL } from './files/messages';
import { FilePort, type PortDeps } from './files/port';
import type { TransferView } from './files/transfer';
import { Store } from './store';
import { Talk, type Word } from './talk';

export interface BesideDeps extends PortDeps {
  randomId: () => string;
}

/** Something that a person should hear of though they are not looking. */
export interface News {
  key: number;
  kind: 'word' | 'offer' | 'whole' | 'declined' | 'failed';
  text: string;
}

/** What goes beside voice and picture, as it is shown. */
export interface BesideView {
  words: readonly Word[];
  files: readonly TransferView[];
  /** Words and offers of theirs that nobody has looked at. */
  unseen: number;
  news: News | undefined;
  /** Whether files can be offered: `old` and `other` never in this call. */
  taking: 'yes' | 'not-yet' | 'old' | 'refused';
  /** The largest that the other takes. */
  max: number;
  /** Files that were chosen and not offered. */
  turnedAway: { name: string; why: 'too-large' | 'too-many' } | undefined;
}

const PUBLISH_MS = 150;

/** Words and files of one call. It outlives the call's connections, and its channels are given to it by `Peer`. */
export class Beside {
  readonly view = new Store<BesideView>({
    words: [], files: [], unseen: 0, news: undefined, taking: 'not-yet', max: 0, turnedAway: undefined,
  });
  /** What is being written; it outlives the panel that it is written in. */
  draft = '';
  readonly #deps: BesideDeps;
  readonly #due: Deadline;
  readonly #files: FilePort;
  #talk: Talk | undefined;
  #chat: RTCDataChannel | undefined;
  #legacy = false;
  #looking = false;
  #unseen = 0;
  #news: News | undefined;
  #turnedAway: BesideView['turnedAway'];
  #publishedAt = -Infinity;
  readonly #known = new Map<string, TransferView['state']>();

  constructor(deps: BesideDeps) {
    this.#deps = deps;
    this.#due = new Deadline(deps.clock);
    this.#files = new FilePort(deps, () => this.#changed());
  }

  /** The call is accepted. `me` is what an old client shows beside our words. */
  begin(me: string, legacy: boolean): void {
    this.#legacy = legacy;
    this.#talk = new Talk(me, legacy);
    this.#changed();
  }

  /** The channels of a connection, before anything may be said on them. */
  attach(channel: RTCDataChannel): void {
    if (channel.label === FILES_LABEL && !this.#legacy) this.#files.attach(channel);
  }

  /** A channel is open, and known to lead to the other in this call. */
  ready(channel: RTCDataChannel): void {
    if (channel.label === FILES_LABEL) return void this.#files.begin(channel);
    if (channel.label !== 'chat' || channel === this.#chat) return;
    const anew = this.#chat !== undefined;
    this.#chat = channel;
    for (const word of this.#talk?.waiting(anew) ?? []) this.#sayWord(word);
    this.#changed();
  }

  /** The connection is given up; there may come another. */
  lose(): void {
    this.#files.lose();
  }

  /** What came on the channel of words. */
  hear(data: unknown): void {
    const { word, reply } = this.#talk?.hear(this.#deps.clock.now(), data, this.#deps.randomId) ?? {};
    if (reply !== undefined) this.#say(reply);
    if (word) {
      if (!this.#looking) this.#unseen += 1;
      this.#tell('word', word.text);
    }
    this.#changed();
  }

  write(text: string): void {
    const word = this.#talk?.write(this.#deps.clock.now(), this.#deps.randomId(), text);
    if (word) this.#sayWord(word);
    this.#changed();
  }

  offer(files: readonly File[]): void {
    this.#turnedAway = undefined;
    for (const file of files) {
      const why = file.size > this.#files.max ? 'too-large' : this.#files.offer(file) ? undefined : 'too-many';
      if (why) this.#turnedAway = { name: file.name, why };
    }
    this.#changed();
  }

  accept = ({ id }: TransferView): void => this.#files.accept(id);
  decline = ({ id }: TransferView): void => this.#files.decline(id);
  cancel = (file: TransferView): void => this.#files.cancel(file);
  pause = (file: TransferView, on: boolean): void => this.#files.pause(file, on);
  retry = (file: TransferView): void => this.#files.retry(file);
  save = ({ id, name }: TransferView): void => this.#files.saveAgain(id, name);

  /** Whether the person has words and files before them. */
  look(looking: boolean): void {
    this.#looking = looking;
    if (!looking) this.#turnedAway = undefined;
    this.#unseen = 0;
    this.#changed();
  }

  keepDraft(text: string): void {
    this.draft = text;
  }

  end(): void {
    this.#files.end();
    this.#chat = undefined;
    this.#changed();
  }

  #sayWord(word: Word): void {
    if (this.#chat?.readyState === 'open') this.#say(this.#talk?.send(word) ?? '');
  }

  #say(text: string): void {
    if (this.#chat?.readyState !== 'open') return;
    try {
      this.#chat.send(text);
    } catch (error) {
      this.#deps.log('words not sent', error instanceof Error ? error.name : 'unknown');
    }
  }

  #tell(kind: News['kind'], text: string): void {
    this.#news = { key: (this.#news?.key ?? 0) + 1, kind, text };
  }

  /** Shown a few times a second at most: a file's bytes come by the thousand. */
  #changed(): void {
    if (this.#due.pending) return;
    const wait = this.#publishedAt + PUBLISH_MS - this.#deps.clock.now();
    if (wait <= 0) this.#publish();
    else this.#due.set(wait, () => this.#publish());
  }

  #publish(): void {
    this.#publishedAt = this.#deps.clock.now();
    const files = this.#files.views();
    for (const file of files) this.#follow(file);
    this.view.set({
      words: this.#talk?.words ?? [],
      files,
      unseen: this.#unseen,
      news: this.#news,
      taking: this.#legacy ? 'old' : this.#files.refused ? 'refused' : this.#files.ready ? 'yes' : 'not-yet',
      max: this.#files.max,
      turnedAway: this.#turnedAway,
    });
  }

  #follow({ key, state, incoming, name, by }: TransferView): void {
    if (this.#known.get(key) === state) return;
    this.#known.set(key, state);
    if (incoming && state === 'offered') {
      if (!this.#looking) this.#unseen += 1;
      this.#tell('offer', name);
    } else if (state === 'done') this.#tell('whole', name);
    else if (state === 'failed') this.#tell('failed', name);
    else if (state === 'declined' && by === 'them') this.#tell('declined', name);
  }
}
