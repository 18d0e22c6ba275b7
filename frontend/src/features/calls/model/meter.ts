import { type Clock, Deadline } from '../../../shared/media/clock';
import type { Log } from './debug';
import { type Circumstances, Ladder, type Limits, type Step } from './ladder';
import { conditionsBetween, QualityRecord, qualityBetween, readReport, type Sample } from './stats';
import type { Bytes, Quality } from './view';

export interface MeterOptions {
  /** The connection to look at, while there is one that is up. */
  connection: () => RTCPeerConnection | undefined;
  /** The connection had a call before, whose bytes are not this one's. */
  reused: () => boolean;
  circumstances: () => Circumstances;
  onSample: (now: Measured) => void;
  onStep: (step: Step) => void;
  onLimits: (limits: Limits) => void;
  /** Everything there is to know, for whoever looks. */
  onReport: (report: RTCStatsReport, bytes: Bytes) => void;
  clock: Clock;
  log: Log;
}

export interface Measured {
  quality: Quality;
  bytes: Bytes;
  /** No picture of theirs was decoded lately. */
  still: boolean;
  relayed: boolean;
}

const SAMPLE_MS = 1_000;
/** How it feels is said of so many seconds: in one alone there are too few packets. */
const FELT_SAMPLES = 2;

/** Looks at the connection once a second: how it feels, what it has used, and how much we should send. */
export class Meter {
  readonly quality = new QualityRecord();
  readonly ladder = new Ladder();
  readonly #options: MeterOptions;
  readonly #due: Deadline;
  #connection: RTCPeerConnection | undefined;
  #recent: Sample[] = [];
  #before: Bytes = { in: 0, out: 0 };
  #limits = '';
  #stopped = false;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#due = new Deadline(options.clock);
  }

  get bytes(): Bytes {
    const last = this.#recent.at(-1);
    return { in: this.#before.in + (last?.bytesIn ?? 0), out: this.#before.out + (last?.bytesOut ?? 0) };
  }

  start(): void {
    this.applyLimits();
    this.#due.set(SAMPLE_MS, () => void this.#measure());
  }

  stop(): void {
    this.#due.clear();
    this.#stopped = true;
  }

  /** The camera went on or off, or a setting changed. */
  applyLimits(): void {
    const limits = this.ladder.limits(this.#options.circumstances());
    const text = JSON.stringify(limits);
    if (text === this.#limits) return;
    this.#limits = text;
    this.#options.onLimits(limits);
  }

  async #measure(): Promise<void> {
    const connection = this.#options.connection();
    if (connection && connection !== this.#connection) this.#begin(connection);
    const report = await connection?.getStats().catch(() => undefined);
    if (this.#stopped) return;
    if (report) {
      this.#take(readReport(report));
      this.#options.onReport(report, this.bytes);
    } else this.#recent = this.#recent.slice(-1); // what comes next is compared with nothing that was before the gap
    this.#due.set(SAMPLE_MS, () => void this.#measure());
  }

  #begin(connection: RTCPeerConnection): void {
    this.#before = this.bytes;
    this.#connection = connection;
    this.#recent = [];
    this.ladder.begin();
  }

  #take(sample: Sample): void {
    const last = this.#recent.at(-1);
    const first = this.#recent[0];
    this.#recent.push(sample);
    if (!last && this.#options.reused()) this.#before = { in: this.#before.in - sample.bytesIn, out: this.#before.out - sample.bytesOut };
    if (sample.way !== '' && sample.way !== last?.way) this.#options.log('way', sample.way);
    if (!last || !first) return;
    const quality = this.#recent.length > FELT_SAMPLES ? qualityBetween(first, sample) : 'unknown';
    if (this.#recent.length > FELT_SAMPLES) {
      this.#recent.shift();
      this.quality.add(quality);
    }
    const step = this.ladder.sample(conditionsBetween(last, sample), this.#options.circumstances());
    if (step) {
      this.#options.log('ladder', `${step.up ? 'up' : 'down'} to ${step.rung}: ${step.why}`);
      this.#options.onStep(step);
    }
    this.applyLimits();
    this.#options.onSample({ quality, bytes: this.bytes, still: sample.framesDecoded === first.framesDecoded, relayed: sample.relayed });
  }
}
