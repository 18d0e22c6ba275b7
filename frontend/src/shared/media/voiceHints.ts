/** Somebody speaks and is muted; nothing at all comes from a microphone that is on. */
export type VoiceHint = 'muted' | 'silent';

/** About -36 dB: above what a room hums, below how people speak. */
const SPEECH = 0.016;
/** How much of the last samples must be speech: a cough is none. */
const SPOKEN_SAMPLES = 4;
const WINDOW_SAMPLES = 8;
const MUTED_SHOWN_MS = 8_000;
const MUTED_AGAIN_MS = 30_000;
/** Less than this no microphone gives that works: even a quiet room is louder. */
const NOTHING = 1e-4;
const SILENT_MS = 6_000;
/** One that was heard works; headsets that suppress noise are silent between two sentences. */
const SILENT_AGAIN_MS = 25_000;

/**
 * When to say something about our own voice, and when not to nag: what was dismissed is not said again in this call,
 * what was said about speaking while muted not for half a minute.
 */
export class VoiceHints {
  readonly #dismissed = new Set<VoiceHint>();
  #spoken: boolean[] = [];
  #mutedAt = -Infinity;
  #quietSince: number | undefined;
  #heard = false;

  /** Another microphone. */
  begin(): void {
    this.#spoken = [];
    this.#quietSince = undefined;
    this.#heard = false;
  }

  dismiss(hint: VoiceHint): void {
    this.#dismissed.add(hint);
  }

  /** `level` is `undefined` where nothing can be known. */
  sample(now: number, level: number | undefined, muted: boolean): VoiceHint | undefined {
    if (level !== undefined && level > NOTHING) this.#heard = true;
    return muted ? this.#whileMuted(now, level ?? 0) : this.#whileOn(now, level);
  }

  #whileMuted(now: number, level: number): VoiceHint | undefined {
    this.#quietSince = undefined;
    this.#spoken = [...this.#spoken, level > SPEECH].slice(-WINDOW_SAMPLES);
    if (this.#dismissed.has('muted')) return undefined;
    if (now - this.#mutedAt < MUTED_SHOWN_MS) return 'muted';
    if (now - this.#mutedAt < MUTED_AGAIN_MS || this.#spoken.filter(Boolean).length < SPOKEN_SAMPLES) return undefined;
    this.#mutedAt = now;
    return 'muted';
  }

  #whileOn(now: number, level: number | undefined): VoiceHint | undefined {
    this.#spoken = [];
    if (this.#mutedAt > now - MUTED_SHOWN_MS) this.#mutedAt = now - MUTED_SHOWN_MS; // understood
    if (level === undefined || level > NOTHING) {
      this.#quietSince = undefined;
      return undefined;
    }
    this.#quietSince ??= now;
    const patience = this.#heard ? SILENT_AGAIN_MS : SILENT_MS;
    return now - this.#quietSince >= patience && !this.#dismissed.has('silent') ? 'silent' : undefined;
  }
}
