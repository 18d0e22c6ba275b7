/** What is sent at most, from the sharpest picture to the barest voice. */
export const RUNGS = ['full', 'half', 'small', 'paused', 'voice', 'note'] as const;
export type Rung = (typeof RUNGS)[number];

export interface Limits {
  /** Of the picture's shorter side; none where no picture is sent. */
  height: number | undefined;
  videoBps: number;
  audioBps: number;
  /** Of a screen that is shared; none where nothing of it is sent. */
  screen?: ScreenLimits | undefined;
  /** The screen goes in the camera's place, for an old client has no other. */
  screenAsPicture?: boolean;
}

export interface ScreenLimits {
  fps: number;
  bps: number;
  /** Every line is kept, at the cost of pictures a second. */
  sharp: boolean;
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
  /** Our screen is shared: what is on it stands, or moves. */
  screen?: 'detail' | 'motion' | undefined;
}

export type StepReason = 'loss' | 'delay' | 'bandwidth' | 'cpu' | 'saver' | 'better';

export interface Step {
  rung: Rung;
  up: boolean;
  why: StepReason;
  picture: boolean;
  screen?: boolean;
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
/** Beside a screen a face is small; what is to be read keeps its lines and loses pictures a second, and outlives the face. */
const BESIDE_SCREEN = { height: 360, videoBps: 250_000 };
const SCREENS: Record<'detail' | 'motion', Partial<Record<Rung, ScreenLimits>>> = {
  detail: {
    full: { fps: 15, bps: 2_500_000, sharp: true }, half: { fps: 15, bps: 2_000_000, sharp: true },
    small: { fps: 8, bps: 800_000, sharp: true }, paused: { fps: 5, bps: 250_000, sharp: true },
  },
  motion: {
    full: { fps: 30, bps: 2_500_000, sharp: false }, half: { fps: 30, bps: 2_000_000, sharp: false },
    small: { fps: 20, bps: 800_000, sharp: false }, paused: { fps: 10, bps: 300_000, sharp: false },
  },
};
const SAVING = { videoBps: 250_000, audioBps: 24_000, screenBps: 500_000 };
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
  #opening = true;

  /** What is sent now. Without a picture there is no higher rung than a voice at its best. */
  rung(picture: boolean): Rung {
    return RUNGS[picture ? this.#at : Math.max(this.#at, PAUSED)] ?? 'half';
  }

  /** The very first picture is small: it is encoded, sent and decoded in a fraction of the time, and the next ones are not. */
  limits({ picture, dataSaver, screen }: Circumstances): Limits {
    const rung = this.rung(picture || screen !== undefined);
    const { videoBps, audioBps } = LIMITS[rung];
    const height = this.#opening && LIMITS[rung].height ? LIMITS.small.height : LIMITS[rung].height;
    const saved = dataSaver ? { videoBps: Math.min(videoBps, SAVING.videoBps), audioBps: Math.min(audioBps, SAVING.audioBps) } : { videoBps, audioBps };
    if (!screen) return { height, ...saved };
    const shown = SCREENS[screen][rung];
    return {
      height: height && Math.min(height, BESIDE_SCREEN.height), videoBps: Math.min(saved.videoBps, BESIDE_SCREEN.videoBps), audioBps: saved.audioBps,
      screen: shown && dataSaver ? { ...shown, bps: Math.min(shown.bps, SAVING.screenBps) } : shown,
    };
  }

  /** ICE has found another way: what was measured belongs to the old one. */
  begin(): void {
    this.#settling = BEGIN_SAMPLES;
    this.#bad = this.#good = this.#loss = 0;
  }

  sample(conditions: Conditions, circumstances: Circumstances): Step | undefined {
    this.#opening = false;
    const screen = circumstances.screen !== undefined;
    const picture = circumstances.picture || screen;
    const top = circumstances.dataSaver ? SMALL : circumstances.sharp ? FULL : HALF;
    if (this.#at < top) {
      this.#at = top;
      return picture && circumstances.dataSaver ? this.#step(top, false, 'saver', picture, screen) : undefined;
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
      return this.#down(at, trouble, picture, screen);
    }
    if (news || this.#loss <= BAD_LOSS) this.#bad = 0;
    this.#calm += 1;
    if (this.#calm >= CALM_SAMPLES) this.#needed = GOOD_SAMPLES;
    this.#good = isGood(conditions, this.#loss) ? this.#good + 1 : Math.max(0, this.#good - 1);
    if (this.#good < this.#needed) return undefined;
    return this.#up(at, top, conditions.availableBps, picture, screen);
  }

  #down(at: number, why: StepReason, picture: boolean, screen: boolean): Step | undefined {
    this.#bad = 0;
    if (at >= (why === 'cpu' ? SMALL : NOTE)) return undefined;
    if (this.#climbed) this.#needed = Math.min(this.#needed * 2, GOOD_SAMPLES_MAX);
    this.#at = at + 1;
    return this.#step(this.#at, false, why, picture, screen);
  }

  #up(at: number, top: number, availableBps: number | undefined, picture: boolean, screen: boolean): Step | undefined {
    if (at <= (picture ? top : PAUSED)) return undefined;
    if (availableBps !== undefined && availableBps < (CLIMB_BPS[at] ?? 0)) return undefined;
    this.#climbed = true;
    // A voice that is itself again leaves the picture, should one come, its place from the beginning.
    const voiceOnly = !picture && at - 1 === PAUSED;
    this.#at = voiceOnly ? Math.max(HALF, top) : at - 1;
    return this.#step(at - 1, true, 'better', picture, screen);
  }

  #step(at: number, up: boolean, why: StepReason, picture: boolean, screen: boolean): Step {
    this.#good = this.#bad = this.#calm = 0;
    this.#settling = SETTLE_SAMPLES;
    return { rung: RUNGS[at] ?? 'half', up, why, picture, ...(screen ? { screen } : {}) };
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
