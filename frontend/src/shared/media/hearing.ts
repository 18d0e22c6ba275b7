import { type Clock, Deadline } from './clock';
import { VoiceHints, type VoiceHint } from './voiceHints';

/** Listens to a track of ours, here and nowhere else: nothing of it is kept or sent. */
export interface Ear {
  /** How loud it is just now, from 0 to 1 of what can be; `undefined` while the browser lets nothing be heard. */
  level(): number | undefined;
  close(): void;
}

export type Listen = (track: MediaStreamTrack) => Ear | undefined;

const SAMPLE_MS = 200;

/** Our own microphone as we hear it, muted or not: for the meter, and to tell that somebody speaks who can't be heard. */
export class Hearing {
  readonly #listen: Listen;
  readonly #due: Deadline;
  readonly #clock: Clock;
  readonly #onHint: (hint: VoiceHint | undefined) => void;
  readonly #hints = new VoiceHints();
  #track: MediaStreamTrack | null = null;
  #ear: Ear | undefined;
  #hint: VoiceHint | undefined;
  #muted: (() => boolean) | undefined;

  constructor(listen: Listen, clock: Clock, onHint: (hint: VoiceHint | undefined) => void) {
    this.#listen = listen;
    this.#clock = clock;
    this.#due = new Deadline(clock);
    this.#onHint = onHint;
  }

  /** This is the microphone now. */
  follow(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#ear?.close();
    this.#track = track;
    this.#ear = track ? this.#listen(track) : undefined;
    this.#hints.begin();
    this.#say(undefined);
  }

  level(): number {
    return this.#ear?.level() ?? 0;
  }

  /** From now on hints are given. */
  start(muted: () => boolean): void {
    if (this.#muted) return;
    this.#muted = muted;
    this.#look();
  }

  /** The person has read it, and wants no more of the kind in this call. */
  dismiss(): void {
    if (this.#hint) this.#hints.dismiss(this.#hint);
    this.#say(undefined);
  }

  stop(): void {
    this.#due.clear();
    this.#muted = undefined;
    this.follow(null);
  }

  #look(): void {
    const muted = this.#muted?.() ?? false;
    const level = this.#ear?.level();
    // What the system or the headset keeps back is silence to everybody.
    this.#say(this.#track ? this.#hints.sample(this.#clock.now(), this.#track.muted ? 0 : level, muted) : undefined);
    this.#due.set(SAMPLE_MS, () => this.#look());
  }

  #say(hint: VoiceHint | undefined): void {
    if (hint === this.#hint) return;
    this.#hint = hint;
    this.#onHint(hint);
  }
}

const WINDOW = 8_192; // 170 ms at 48 kHz: a little less than lies between two samples

/** By Web Audio, on a copy of the track that stays on while the track itself is muted. */
export const listenByWebAudio: Listen = (track) => {
  if (typeof AudioContext === 'undefined') return undefined;
  const copy = track.clone();
  copy.enabled = true;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = WINDOW;
  context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
  const wave = new Float32Array(WINDOW);
  return {
    level() {
      if (context.state !== 'running') {
        void context.resume().catch(() => undefined); // waits for a touch after a reload
        return undefined;
      }
      analyser.getFloatTimeDomainData(wave);
      return Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / WINDOW);
    },
    close() {
      copy.stop();
      void context.close().catch(() => undefined);
    },
  };
};
