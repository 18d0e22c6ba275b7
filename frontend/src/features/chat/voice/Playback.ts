import { Observable, type Readable } from '../../../shared/lib/observable';
import { readStored, writeStored } from '../../../shared/lib/storage';

export const SPEEDS = [1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

const SPEED_KEY = 'moodbites.voice-speed';
const PLAYED_KEY = 'moodbites.voice-played';
/** So many of the last that were listened to are remembered on this device. */
const REMEMBERED = 500;

export interface PlaybackState {
  /** Whose sound is in the player; null before the first. */
  id: string | null;
  phase: 'paused' | 'loading' | 'playing' | 'failed';
  positionMs: number;
  speed: Speed;
  played: ReadonlySet<string>;
}

/** The part of `<audio>` that is used. */
export type Sound = Pick<HTMLAudioElement, 'src' | 'currentTime' | 'playbackRate' | 'play' | 'pause' | 'addEventListener' | 'preload' | 'load' | 'duration'>;

function storedSpeed(): Speed {
  const value = Number(readStored(SPEED_KEY));
  return SPEEDS.find((speed) => speed === value) ?? 1;
}

function storedPlayed(): ReadonlySet<string> {
  try {
    const list: unknown = JSON.parse(readStored(PLAYED_KEY) ?? '[]');
    return new Set(Array.isArray(list) ? list.filter((id): id is string => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

/** The one player of all voice notes: where one begins, another ends. Each keeps the place where it was left. */
export class Playback {
  readonly #state = new Observable<PlaybackState>({ id: null, phase: 'paused', positionMs: 0, speed: storedSpeed(), played: storedPlayed() });
  readonly #positions = new Map<string, number>();
  readonly #make: () => Sound;
  #sound: Sound | null = null;
  #frame: ReturnType<typeof setInterval> | undefined;
  /** Counts what was put into the player, so that a late failure of the one before is not taken for this one's. */
  #turn = 0;

  constructor(make: () => Sound = () => new Audio()) {
    this.#make = make;
  }

  get state(): Readable<PlaybackState> {
    return this.#state;
  }

  /** Where this one is, played or not. */
  positionOf(id: string): number {
    const state = this.#state.value;
    return state.id === id ? state.positionMs : (this.#positions.get(id) ?? 0);
  }

  /** What is not sent yet is not remembered as listened to. */
  toggle(id: string, url: string, remembered = true): void {
    const state = this.#state.value;
    if (state.id === id && (state.phase === 'playing' || state.phase === 'loading')) this.pause();
    else this.play(id, url, remembered);
  }

  play(id: string, url: string, remembered = true): void {
    const sound = (this.#sound ??= this.#prepared());
    const positionMs = this.positionOf(id);
    const before = this.#state.value;
    if (before.id !== id || before.phase === 'failed') {
      if (before.id !== null) this.#positions.set(before.id, before.positionMs);
      sound.pause();
      sound.src = url;
      if (positionMs > 0) sound.currentTime = positionMs / 1000;
    }
    // Loading another sets it back.
    sound.playbackRate = before.speed;
    this.#patch({ id, phase: 'loading', positionMs, played: remembered ? this.#remember(id) : before.played });
    const turn = (this.#turn += 1);
    sound.play().then(
      () => turn === this.#turn && this.#run(),
      (error: unknown) => {
        // Paused before it could begin is no failure.
        if (turn === this.#turn && !(error instanceof DOMException && error.name === 'AbortError')) this.#fail();
      },
    );
  }

  pause(): void {
    this.#turn += 1;
    this.#sound?.pause();
    this.#halt('paused');
  }

  seek(id: string, positionMs: number): void {
    const at = Math.max(0, positionMs);
    if (this.#state.value.id === id) {
      if (this.#sound) this.#sound.currentTime = at / 1000;
      this.#patch({ positionMs: at });
    } else {
      this.#positions.set(id, at);
      // Somebody draws from it.
      this.#state.update((state) => ({ ...state }));
    }
  }

  nextSpeed(): void {
    const speed = SPEEDS[(SPEEDS.indexOf(this.#state.value.speed) + 1) % SPEEDS.length] ?? 1;
    writeStored(SPEED_KEY, String(speed));
    if (this.#sound) this.#sound.playbackRate = speed;
    this.#patch({ speed });
  }

  #prepared(): Sound {
    const sound = this.#make();
    sound.preload = 'auto';
    sound.addEventListener('ended', () => {
      this.#halt('paused');
      this.#patch({ positionMs: 0 });
    });
    sound.addEventListener('error', () => {
      if (this.#state.value.phase !== 'paused') this.#fail();
    });
    // The system's own keys, or another page that takes the sound.
    sound.addEventListener('pause', () => {
      if (this.#state.value.phase === 'playing') this.#halt('paused');
    });
    return sound;
  }

  #run(): void {
    this.#patch({ phase: 'playing' });
    clearInterval(this.#frame);
    this.#frame = setInterval(() => this.#patch({ positionMs: (this.#sound?.currentTime ?? 0) * 1000 }), 100);
  }

  #halt(phase: 'paused' | 'failed'): void {
    clearInterval(this.#frame);
    this.#patch({ phase });
  }

  #fail(): void {
    this.#turn += 1;
    this.#halt('failed');
  }

  #remember(id: string): ReadonlySet<string> {
    const { played } = this.#state.value;
    if (played.has(id)) return played;
    const next = new Set([...played, id].slice(-REMEMBERED));
    writeStored(PLAYED_KEY, JSON.stringify([...next]));
    return next;
  }

  #patch(change: Partial<PlaybackState>): void {
    this.#state.update((state) => ({ ...state, ...change }));
  }
}

/** One for the whole page. */
export const playback = new Playback();
