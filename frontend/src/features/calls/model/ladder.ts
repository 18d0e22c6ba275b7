/** What is sent at most, from the sharpest picture to the barest voice. */
export const RUNGS = ['full', 'half', 'small', 'paused', 'voice', 'note'] as const;
export type Rung = (typeof RUNGS)[number];

export interface Limits {
  /** Of the picture's shorter side; none where no picture is sent. */
  height: number | undefined;
  videoBps: number;
  audioBps: number;
}

/** One second of a call, as far as it concerns what we send. What the browser does not say is left out. */
export interface Conditions {
  /** The share that was lost, by a report that has come within this second. */
  loss?: number | undefined;
  roundTripMs?: number | undefined;
  availableBps?: number | undefined;
  /** The encoder's own word on why it sends less than it might. */
  limitation?: string | undefined;
}

export interface Circumstances {
  /** Our camera is on. */
  picture: boolean;
  dataSaver: boolean;
  /** The camera has 1080 lines to give. */
  sharp: boolean;
}

export type StepReason = 'loss' | 'delay' | 'bandwidth' | 'cpu' | 'saver' | 'better';

export interface Step {
  rung: Rung;
  up: boolean;
  why: StepReason;
  picture: boolean;
}

const [FULL, HALF, SMALL, PAUSED, VOICE, NOTE] = [0, 1, 2, 3, 4, 5];
const LIMITS: Record<Rung, Limits> = {
  full: { height: 1080, videoBps: 2_500_000, audioBps: 48_000 },
  half: { height: 720, videoBps: 1_500_000, audioBps: 48_000 },
  small: { height: 360, videoBps: 400_000, audioBps: 40_000 },
  paused: { height: undefined, videoBps: 0, audioBps: 40_000 },
  voice: { height: undefined, videoBps: 0, audioBps: 16_000 },
  note: { height: undefined, videoBps: 0, audioBps: 16_000 },
};
const SAVING = { videoBps: 250_000, audioBps: 24_000 };
/** With less than this a rung is no good. */
const FLOOR_BPS = [1_200_000, 500_000, 120_000, 28_000, 14_000, 0];
/** The rung above is tried with at least this; a paused picture leaves nothing to measure by. */
const CLIMB_BPS = [Infinity, 1_650_000, 550_000, 0, 0, 0];

const BAD_LOSS = 0.08;
const BAD_LOSS_OF_VOICE = 0.2;
const BAD_TRIP_MS = 700;
const BAD_TRIP_OF_VOICE_MS = 1_500;
const GOOD_LOSS = 0.02;
const GOOD_TRIP_MS = 400;

const BAD_SAMPLES = 2;
const BUSY_SAMPLES = 4;
/** The last step is only words, so it may take its time. */
const LAST_SAMPLES = 8;
const GOOD_SAMPLES = 10;
const GOOD_SAMPLES_MAX = 80;
/** After a step or a new way the reports still speak of what was before. */
const SETTLE_SAMPLES = 2;
const BEGIN_SAMPLES = 6;
const CALM_SAMPLES = 120;

/**
 * How much to send, decided once a second: down after two bad seconds, up after ten good ones, and after every climb that
 * had to be taken back twice as many. A busy processor costs lines, never the picture.
 */
export class Ladder {
  #at = HALF;
  #bad = 0;
  #good = 0;
  #loss = 0;
  #settling = BEGIN_SAMPLES;
  #needed = GOOD_SAMPLES;
  #climbed = false;
  #calm = 0;

  /** What is sent now. Without a picture there is no higher rung than a voice at its best. */
  rung(picture: boolean): Rung {
    return RUNGS[picture ? this.#at : Math.max(this.#at, PAUSED)] ?? 'half';
  }

  limits({ picture, dataSaver }: Circumstances): Limits {
    const { height, videoBps, audioBps } = LIMITS[this.rung(picture)];
    if (!dataSaver) return { height, videoBps, audioBps };
    return { height, videoBps: Math.min(videoBps, SAVING.videoBps), audioBps: Math.min(audioBps, SAVING.audioBps) };
  }

  /** ICE has found another way: what was measured belongs to the old one. */
  begin(): void {
    this.#settling = BEGIN_SAMPLES;
    this.#bad = this.#good = this.#loss = 0;
  }

  sample(conditions: Conditions, circumstances: Circumstances): Step | undefined {
    const { picture } = circumstances;
    const top = circumstances.dataSaver ? SMALL : circumstances.sharp ? FULL : HALF;
    if (this.#at < top) {
      this.#at = top;
      return picture && circumstances.dataSaver ? this.#step(top, false, 'saver', picture) : undefined;
    }
    const news = conditions.loss !== undefined;
    this.#loss = conditions.loss ?? this.#loss;
    if (this.#settling > 0) {
      this.#settling -= 1;
      return undefined;
    }
    const at = picture ? this.#at : Math.max(this.#at, PAUSED);
    const trouble = troubleAt(at, conditions, this.#loss);
    if (trouble) {
      this.#calm = this.#good = 0;
      // A report of loss counts once, however often it is read.
      if (trouble !== 'loss' || news) this.#bad += 1;
      if (this.#bad < samplesFor(at, trouble)) return undefined;
      return this.#down(at, trouble, picture);
    }
    if (news || this.#loss <= BAD_LOSS) this.#bad = 0;
    this.#calm += 1;
    if (this.#calm >= CALM_SAMPLES) this.#needed = GOOD_SAMPLES;
    this.#good = isGood(conditions, this.#loss) ? this.#good + 1 : Math.max(0, this.#good - 1);
    if (this.#good < this.#needed) return undefined;
    return this.#up(at, top, conditions.availableBps, picture);
  }

  #down(at: number, why: StepReason, picture: boolean): Step | undefined {
    this.#bad = 0;
    if (at >= (why === 'cpu' ? SMALL : NOTE)) return undefined;
    if (this.#climbed) this.#needed = Math.min(this.#needed * 2, GOOD_SAMPLES_MAX);
    this.#at = at + 1;
    return this.#step(this.#at, false, why, picture);
  }

  #up(at: number, top: number, availableBps: number | undefined, picture: boolean): Step | undefined {
    if (at <= (picture ? top : PAUSED)) return undefined;
    if (availableBps !== undefined && availableBps < (CLIMB_BPS[at] ?? 0)) return undefined;
    this.#climbed = true;
    // A voice that is itself again leaves the picture, should one come, its place from the beginning.
    const voiceOnly = !picture && at - 1 === PAUSED;
    this.#at = voiceOnly ? Math.max(HALF, top) : at - 1;
    return this.#step(at - 1, true, 'better', picture);
  }

  #step(at: number, up: boolean, why: StepReason, picture: boolean): Step {
    this.#good = this.#bad = this.#calm = 0;
    this.#settling = SETTLE_SAMPLES;
    return { rung: RUNGS[at] ?? 'half', up, why, picture };
  }
}

function troubleAt(at: number, { roundTripMs = 0, availableBps, limitation }: Conditions, loss: number): StepReason | undefined {
  const barest = at >= VOICE;
  if (loss > (barest ? BAD_LOSS_OF_VOICE : BAD_LOSS)) return 'loss';
  if (roundTripMs > (barest ? BAD_TRIP_OF_VOICE_MS : BAD_TRIP_MS)) return 'delay';
  if (availableBps !== undefined && availableBps < (FLOOR_BPS[at] ?? 0)) return 'bandwidth';
  return limitation === 'cpu' && at < SMALL ? 'cpu' : undefined;
}

function isGood({ roundTripMs = 0, limitation }: Conditions, loss: number): boolean {
  return loss <= GOOD_LOSS && roundTripMs <= GOOD_TRIP_MS && limitation !== 'cpu';
}

function samplesFor(at: number, why: StepReason): number {
  if (why === 'cpu') return BUSY_SAMPLES;
  return at === VOICE ? LAST_SAMPLES : BAD_SAMPLES;
}
