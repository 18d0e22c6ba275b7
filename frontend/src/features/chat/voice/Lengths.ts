import { useEffect } from 'react';
import { Observable, type Readable } from '../../../shared/lib/observable';
import { useSelected } from '../../../shared/lib/useObservable';

/** The part of `<audio>` that is used. */
export type Measured = Pick<HTMLAudioElement, 'src' | 'preload' | 'duration' | 'currentTime' | 'onloadedmetadata' | 'ondurationchange' | 'onerror' | 'removeAttribute' | 'load'>;

/** A sound that says nothing for so long is not waited for. */
const PATIENCE_MS = 20_000;
/** What is scrolled past faster than it can be measured is asked for again when it is seen again. */
const MOST_WAITING = 20;

/** Milliseconds, as the sound itself says; null where it doesn't. */
function measure(url: string, sound: Measured): Promise<number | null> {
  return new Promise((done) => {
    const timer = setTimeout(() => end(null), PATIENCE_MS);
    const end = (ms: number | null) => {
      clearTimeout(timer);
      sound.onloadedmetadata = sound.ondurationchange = sound.onerror = null;
      // Ends what is still being fetched.
      sound.removeAttribute('src');
      sound.load();
      done(ms);
    };
    const look = () => {
      if (Number.isFinite(sound.duration) && sound.duration > 0) end(sound.duration * 1000);
    };
    sound.onloadedmetadata = () => {
      look();
      // A recording that was written as a stream does not say how long it is; going to its end finds it out.
      if (sound.duration === Infinity) sound.currentTime = Number.MAX_SAFE_INTEGER;
    };
    sound.ondurationchange = look;
    sound.onerror = () => end(null);
    sound.preload = 'metadata';
    sound.src = url;
  });
}

/** How long voice notes are that came without their length, as older apps send them. One is measured after the other. */
export class Lengths {
  readonly #known = new Observable<ReadonlyMap<string, number>>(new Map());
  readonly #asked = new Set<string>();
  #waiting: { key: string; url: string }[] = [];
  #busy = false;

  constructor(private readonly make: () => Measured = () => new Audio()) {}

  /** Milliseconds by the key of the row. */
  get known(): Readable<ReadonlyMap<string, number>> {
    return this.#known;
  }

  /** Once a page; what could not be measured stays unknown. */
  ask(key: string, url: string): void {
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    this.#waiting.push({ key, url });
    if (this.#waiting.length > MOST_WAITING) {
      const dropped = this.#waiting.shift();
      if (dropped) this.#asked.delete(dropped.key);
    }
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) {
      const { key, url } = next;
      const ms = await measure(url, this.make());
      if (ms !== null) this.#known.update((known) => new Map(known).set(key, ms));
    }
    this.#busy = false;
  }
}

export const lengths = new Lengths();

/** How long a voice note is, once that is known; measured where it was not said. */
export function useLength(key: string, url: string | undefined, saidMs: number | undefined): number | undefined {
  const measured = useSelected(lengths.known, (known) => known.get(key));
  const unknown = saidMs === undefined || saidMs <= 0;
  useEffect(() => {
    if (unknown && url !== undefined) lengths.ask(key, url);
  }, [key, url, unknown]);
  return unknown ? measured : saidMs;
}
