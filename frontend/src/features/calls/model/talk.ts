/** What is written in a call, as it is shown. */
export interface Word {
  id: string;
  text: string;
  mine: boolean;
  at: number;
  /** An old client does not say that it has got something: it is sent, and no more is known. */
  state: 'waiting' | 'sent' | 'arrived';
}

export const TEXT_MAX = 4_000;
const MESSAGE_MAX = 64 * 1024;
const WORDS_MAX = 500;
const ID_MAX = 64;

/**
 * The words of a call, over the channel and in the shape that old clients know: `{ text, sender, timestamp }`. Between ours
 * each has an `id` and is answered by `{ got: id }`, so that what a dying connection has swallowed is sent again.
 */
export class Talk {
  words: readonly Word[] = [];
  readonly #sender: string;
  readonly #legacy: boolean;

  constructor(sender: string, legacy: boolean) {
    this.#sender = sender;
    this.#legacy = legacy;
  }

  write(now: number, id: string, text: string): Word | undefined {
    const plain = text.trim().slice(0, TEXT_MAX);
    if (plain === '') return undefined;
    const word: Word = { id, text: plain, mine: true, at: now, state: 'waiting' };
    this.#add(word);
    return word;
  }

  /** What has not gone out, or whose arrival nobody has confirmed on the channel that it went over. */
  waiting(anew: boolean): Word[] {
    return this.words.filter(({ mine, state }) => mine && (state === 'waiting' || (anew && !this.#legacy && state === 'sent')));
  }

  /** The message for the channel; it counts as sent. */
  send(word: Word): string {
    this.#set(word.id, 'sent');
    const plain = { text: word.text, sender: this.#sender, timestamp: new Date(word.at).toISOString() };
    return JSON.stringify(this.#legacy ? plain : { ...plain, id: word.id });
  }

  /** A message from the channel: a new word of theirs, and what is to be answered. Who it is from is known by the channel alone. */
  hear(now: number, data: unknown, newId: () => string): { word?: Word; reply?: string } {
    const said = parse(data);
    if (!said) return {};
    const { text, id, got } = said;
    if (typeof got === 'string') {
      this.#set(got, 'arrived');
      return {};
    }
    if (typeof text !== 'string' || text.trim() === '') return {};
    const named = !this.#legacy && typeof id === 'string' && id.length > 0 && id.length <= ID_MAX;
    const reply = named ? { reply: JSON.stringify({ got: id }) } : {};
    const key = named ? `their-${id}` : `their-${newId()}`;
    if (this.words.some((word) => word.id === key)) return reply;
    const word: Word = { id: key, text: text.trim().slice(0, TEXT_MAX), mine: false, at: now, state: 'arrived' };
    this.#add(word);
    return { word, ...reply };
  }

  #add(word: Word): void {
    this.words = [...this.words, word].slice(-WORDS_MAX);
  }

  #set(id: string, state: Word['state']): void {
    this.words = this.words.map((word) => (word.id === id && word.mine && word.state !== 'arrived' ? { ...word, state } : word));
  }
}

function parse(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string' || data.length > MESSAGE_MAX) return undefined;
  try {
    const said: unknown = JSON.parse(data);
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
