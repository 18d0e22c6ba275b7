import type { Quality } from './view';

/** What is read from one report; counters are since the connection began. */
export interface Sample {
  received: number;
  lost: number;
  framesDecoded: number;
  roundTripMs: number | undefined;
}

/** Reads the few numbers that a person can feel. */
export function readReport(report: RTCStatsReport): Sample {
  const sample: Sample = { received: 0, lost: 0, framesDecoded: 0, roundTripMs: undefined };
  report.forEach((entry: Record<string, unknown>) => {
    const number = (name: string) => (typeof entry[name] === 'number' ? entry[name] : 0);
    if (entry['type'] === 'inbound-rtp') {
      sample.received += number('packetsReceived');
      sample.lost += Math.max(0, number('packetsLost'));
      sample.framesDecoded += number('framesDecoded');
    } else if (entry['type'] === 'candidate-pair' && entry['nominated'] === true && entry['state'] === 'succeeded') {
      if (typeof entry['currentRoundTripTime'] === 'number') sample.roundTripMs = entry['currentRoundTripTime'] * 1000;
    }
  });
  return sample;
}

/** How it feels between two samples: speech suffers from 3 % loss or 400 ms, and breaks from 10 % or 800 ms. */
export function qualityBetween(before: Sample, after: Sample): Quality {
  const received = after.received - before.received;
  const lost = Math.max(0, after.lost - before.lost);
  if (received < 0 || (received === 0 && lost === 0)) return 'unknown';
  const share = lost / (received + lost);
  const trip = after.roundTripMs ?? 0;
  if (share > 0.1 || trip > 800) return 'weak';
  if (share > 0.03 || trip > 400) return 'fair';
  return 'good';
}

/** The quality of a whole call in a word: what it was for most of the time, unless a fifth of it was bad. */
export class QualityRecord {
  readonly #counts = { good: 0, fair: 0, weak: 0 };

  add(quality: Quality): void {
    if (quality !== 'unknown') this.#counts[quality] += 1;
  }

  get summary(): Quality {
    const { good, fair, weak } = this.#counts;
    const all = good + fair + weak;
    if (all === 0) return 'unknown';
    if (weak / all >= 0.2) return 'weak';
    return (fair + weak) / all >= 0.3 ? 'fair' : 'good';
  }
}
