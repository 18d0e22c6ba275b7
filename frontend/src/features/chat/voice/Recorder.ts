import { Observable, type Readable } from '../../../shared/lib/observable';
import { fileOf } from './mime';
import { loudness, waveformOf } from './waveform';
import { withDuration } from './webmDuration';

export const MAX_MS = 15 * 60_000;
/** Shorter than this was a slip of the finger. */
const MIN_MS = 700;
/** A press that ends sooner was a tap: recording goes on without the finger. */
const TAP_MS = 400;
const TICK_MS = 50;
/** Levels that are drawn while recording. */
const SHOWN = 48;

export interface VoiceNote {
  blob: Blob;
  type: string;
  name: string;
  durationMs: number;
  waveform: number[];
}

export type RecorderProblem = 'denied' | 'missing' | 'busy' | 'insecure' | 'unsupported' | 'in_call' | 'too_short' | 'unknown';

export type RecorderState =
  | { phase: 'idle'; problem: RecorderProblem | null }
  /** Waiting for the microphone, perhaps for the person to allow it. */
  | { phase: 'asking' }
  | { phase: 'recording'; locked: boolean; elapsedMs: number; levels: readonly number[]; muted: boolean }
  | { phase: 'review'; note: VoiceNote; stopped: 'by_person' | 'too_long' | 'call' | 'microphone' };

/** A microphone that is open. */
export interface Microphone {
  readonly type: string;
  /** What has been heard just now, into the array that is given; false where this can't be measured. */
  listen(into: Uint8Array<ArrayBuffer>): boolean;
  /** Gives the recorded bytes, and lets the microphone go. */
  finish(): Promise<Blob>;
  /** Lets it go without keeping anything. */
  cancel(): void;
  /** It was unplugged or taken away. */
  onLost: (() => void) | null;
}

export interface RecorderDeps {
  /** Rejects with a `RecorderFailure`. */
  open: () => Promise<Microphone>;
  onSend: (note: VoiceNote) => void;
  now?: () => number;
  maxMs?: number;
}

export class RecorderFailure extends Error {
  constructor(readonly problem: RecorderProblem) {
    super(problem);
  }
}

const IDLE: RecorderState = { phase: 'idle', problem: null };

/**
 * One voice note for one person. Held, it is sent when the finger lets go; locked, it is stopped, listened to, then sent or
 * put away. Whatever ends it from outside (a call, a lost microphone, the limit) keeps what was said, for a decision.
 */
export class Recorder {
  readonly #state = new Observable<RecorderState>(IDLE);
  readonly #deps: RecorderDeps;
  readonly #now: () => number;
  readonly #maxMs: number;
  readonly #heard: { atMs: number; level: number }[] = [];
  readonly #samples = new Uint8Array(1024);
  #microphone: Microphone | null = null;
  #inCall = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #pressedAt = 0;
  #startedAt = 0;
  /** Counts the attempts, so that a microphone which is given too late is let go. */
  #attempt = 0;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
    this.#maxMs = deps.maxMs ?? MAX_MS;
  }

  get state(): Readable<RecorderState> {
    return this.#state;
  }

  /** The button goes down, or is chosen by keyboard (then it is locked at once). */
  async press(locked: boolean): Promise<void> {
    if (this.#state.value.phase !== 'idle') return;
    if (this.#inCall) {
      this.#state.set({ phase: 'idle', problem: 'in_call' });
      return;
    }
    const attempt = (this.#attempt += 1);
    this.#pressedAt = this.#now();
    this.#state.set({ phase: 'asking' });
    let held = !locked;
    this.#release = () => (held = false);
    try {
      const microphone = await this.#deps.open();
      if (attempt !== this.#attempt) {
        microphone.cancel();
        return;
      }
      this.#begin(microphone, !held);
    } catch (error) {
      if (attempt === this.#attempt) this.#state.set({ phase: 'idle', problem: error instanceof RecorderFailure ? error.problem : 'unknown' });
    } finally {
      this.#release = () => undefined;
    }
  }

  /** The finger lets go: a tap goes on by itself, what was held long enough is sent. */
  release(): void {
    this.#release();
    const state = this.#state.value;
    if (state.phase !== 'recording' || state.locked) return;
    if (this.#now() - this.#pressedAt < TAP_MS) this.lock();
    else void this.send();
  }

  /** The finger may go; recording goes on. */
  lock(): void {
    this.#release();
    const state = this.#state.value;
    if (state.phase === 'recording' && !state.locked) this.#state.set({ ...state, locked: true });
  }

  /** Nothing is kept. */
  cancel(): void {
    this.#attempt += 1;
    this.#letGo()?.cancel();
    this.#state.set(IDLE);
  }

  /** What was recorded is there to be listened to. */
  async stop(why: Extract<RecorderState, { phase: 'review' }>['stopped'] = 'by_person'): Promise<void> {
    const note = await this.#finish();
    if (note) this.#state.set({ phase: 'review', note, stopped: why });
  }

  async send(): Promise<void> {
    const state = this.#state.value;
    const note = state.phase === 'review' ? state.note : await this.#finish();
    if (!note) return;
    this.#state.set(IDLE);
    this.#deps.onSend(note);
  }

  /** Left: what was said so far waits. */
  leave(): void {
    this.#interrupt('by_person');
  }

  /** The microphone is the call's: nothing is recorded meanwhile. */
  setInCall(inCall: boolean): void {
    this.#inCall = inCall;
    if (inCall) this.#interrupt('call');
    else if (this.#state.value.phase === 'idle') this.#state.set(IDLE);
  }

  dismiss(): void {
    if (this.#state.value.phase === 'idle') this.#state.set(IDLE);
  }

  #release: () => void = () => undefined;

  #interrupt(why: 'call' | 'by_person'): void {
    const { phase } = this.#state.value;
    if (phase === 'asking') this.cancel();
    if (phase === 'recording') void this.stop(why);
  }

  #begin(microphone: Microphone, locked: boolean): void {
    this.#microphone = microphone;
    this.#heard.length = 0;
    this.#startedAt = this.#now();
    microphone.onLost = () => void this.stop('microphone');
    this.#state.set({ phase: 'recording', locked, elapsedMs: 0, levels: [], muted: false });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const state = this.#state.value;
    if (state.phase !== 'recording' || !this.#microphone) return;
    const elapsedMs = this.#now() - this.#startedAt;
    const measured = this.#microphone.listen(this.#samples);
    const level = measured ? loudness(this.#samples) : 0;
    if (measured) this.#heard.push({ atMs: elapsedMs, level });
    // Nothing at all for two seconds, not even noise: it is switched off at the device.
    const muted = elapsedMs > 2000 && this.#heard.length > 0 && this.#heard.slice(-40).every((heard) => heard.level === 0);
    this.#state.set({ ...state, elapsedMs, muted, levels: [...state.levels.slice(1 - SHOWN), level] });
    if (elapsedMs >= this.#maxMs) void this.stop('too_long');
  }

  #letGo(): Microphone | null {
    clearInterval(this.#timer);
    const microphone = this.#microphone;
    this.#microphone = null;
    if (microphone) microphone.onLost = null;
    return microphone;
  }

  async #finish(): Promise<VoiceNote | null> {
    const durationMs = Math.min(this.#maxMs, Math.round(this.#now() - this.#startedAt));
    const attempt = this.#attempt;
    const microphone = this.#letGo();
    if (!microphone) return null;
    if (durationMs < MIN_MS) {
      microphone.cancel();
      this.#state.set({ phase: 'idle', problem: 'too_short' });
      return null;
    }
    const blob = await microphone.finish();
    if (attempt !== this.#attempt) return null;
    if (blob.size === 0) {
      this.#state.set({ phase: 'idle', problem: 'unknown' });
      return null;
    }
    const { type, name } = fileOf(blob.type || microphone.type, new Date());
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const whole = type === 'audio/webm' ? withDuration(bytes, durationMs) : bytes;
    return { blob: new Blob([whole], { type }), type, name, durationMs, waveform: waveformOf(this.#heard, durationMs) };
  }
}
