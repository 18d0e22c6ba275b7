import { BaseKeyProvider, KeyProviderEvent, type E2EEManagerOptions, type RemoteParticipant, type Room, RoomEvent } from 'livekit-client';
import type { RoomKey, RoomKeys } from './KeyRing';
import { WordSeal } from './seal';

const RING = 16;
const LOOK_MS = 1_000;
/** Samples that were heard, not made up: less is what a decoder that has nothing may count. */
const HEARD = 4_800;

/** The library's view of our keys: one for everybody, several after one another. */
class SharedKeys extends BaseKeyProvider {
  constructor() {
    // A wrong key is never given up: the right one comes.
    super({ sharedKey: true, ratchetWindowSize: 0, failureTolerance: -1, keyringSize: RING });
  }

  async put({ number, bytes }: RoomKey, sends: boolean): Promise<void> {
    const key = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits', 'deriveKey']);
    if (sends) this.onSetEncryptionKey(key, undefined, number % RING);
    else this.emit(KeyProviderEvent.SetKey, { key, keyIndex: number % RING }, false);
  }
}

/** What seals and opens all that goes over one connection to a room. */
export class SealedMedia {
  readonly options: E2EEManagerOptions;
  readonly #provider = new SharedKeys();
  readonly #words = new Map<number, WordSeal>();
  #sends: WordSeal | undefined;
  #putting = Promise.resolve();
  readonly #unfollow: () => void;

  constructor(keys: RoomKeys) {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'encryption' });
    this.options = { keyProvider: this.#provider, worker };
    this.#unfollow = keys.follow((key, sends) => {
      const words = this.#words.get(key.number) ?? new WordSeal(key.bytes, key.number);
      this.#words.set(key.number, words);
      for (const number of this.#words.keys()) if (number + RING <= key.number) this.#words.delete(number);
      if (sends) this.#sends = words;
      this.#putting = this.#putting.then(() => this.#provider.put(key, sends)).catch(() => undefined);
    });
  }

  /** The library has the keys that there are. */
  ready(): Promise<void> {
    return this.#putting;
  }

  seal(text: string, sender: string): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#sends) return Promise.reject(new Error('there is no key'));
    return this.#sends.seal(text, sender);
  }

  unseal(bytes: Uint8Array, sender: string): Promise<string> {
    const words = this.#words.get(WordSeal.numberOf(bytes));
    return words ? words.unseal(bytes, sender) : Promise.reject(new Error('not sealed by a key of ours'));
  }

  close(): void {
    this.#unfollow();
    this.options.worker.terminate();
  }
}

/** Whose media can't be opened: from the first frame that couldn't until one could. */
export class Unopened {
  readonly #room: Room;
  readonly #onChange: () => void;
  readonly #opened = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: Room, onChange: () => void) {
    this.#room = room;
    this.#onChange = onChange;
    room
      .on(RoomEvent.EncryptionError, (_error, participant) => {
        const one = participant && room.remoteParticipants.get(participant.identity);
        if (one && !this.#opened.has(one.identity)) void this.#mark(one);
      })
      .on(RoomEvent.ParticipantDisconnected, ({ identity }) => this.#opened.delete(identity));
  }

  has(identity: string): boolean {
    return this.#opened.has(identity);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#opened.clear();
  }

  async #mark(one: RemoteParticipant): Promise<void> {
    this.#opened.set(one.identity, await openedOf(one));
    this.#onChange();
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (this.#opened.size > 0) this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  async #look(): Promise<void> {
    for (const [identity, before] of [...this.#opened]) {
      const one = this.#room.remoteParticipants.get(identity);
      if (one && (await openedOf(one)) <= before) continue;
      this.#opened.delete(identity);
      this.#onChange();
    }
    this.#later();
  }
}

/** How much of what somebody sends has been seen and heard. */
async function openedOf(one: RemoteParticipant): Promise<number> {
  let sum = 0;
  for (const { track } of one.trackPublications.values()) {
    const stats = await track?.getRTCStatsReport();
    stats?.forEach((each: { type: string; framesDecoded?: number; totalSamplesReceived?: number; concealedSamples?: number }) => {
      if (each.type === 'inbound-rtp') sum += (each.framesDecoded ?? 0) + Math.floor(((each.totalSamplesReceived ?? 0) - (each.concealedSamples ?? 0)) / HEARD);
    });
  }
  return sum;
}
