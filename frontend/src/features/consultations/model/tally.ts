import type { Quality } from '../../../shared/media/types';

export interface QualitySeconds {
  good: number;
  fair: number;
  weak: number;
}

/** For how long a connection was how good. */
export class Tally {
  readonly #ms: QualitySeconds = { good: 0, fair: 0, weak: 0 };
  #quality: Quality = 'unknown';
  #since = 0;

  note(quality: Quality, now: number): void {
    if (this.#quality !== 'unknown') this.#ms[this.#quality] += Math.max(0, now - this.#since);
    this.#quality = quality;
    this.#since = now;
  }

  /** What there was until now, and begins anew; nothing where that is no second. */
  take(now: number): QualitySeconds | undefined {
    this.note('unknown', now);
    const [good, fair, weak] = [this.#ms.good, this.#ms.fair, this.#ms.weak].map((ms) => Math.round(ms / 1000)) as [number, number, number];
    Object.assign(this.#ms, { good: 0, fair: 0, weak: 0 });
    return good + fair + weak > 0 ? { good, fair, weak } : undefined;
  }
}
