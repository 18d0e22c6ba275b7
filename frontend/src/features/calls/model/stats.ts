import type { Conditions } from './ladder';
import type { Quality } from './view';

/** What is read from one report; counters are since the connection began. */
export interface Sample {
  received: number;
  lost: number;
  framesDecoded: number;
  bytesIn: number;
  bytesOut: number;
  roundTripMs: number | undefined;
  /** What the other has said of our packets: the worst share that was lost, and when it was said. */
  sentLoss: number | undefined;
  saidAt: number;
  availableBps: number | undefined;
  limitation: string | undefined;
  /** Our end of the way in use is a relay. */
  relayed: boolean;
  /** The way in use, in a word each. */
  way: string;
}

type Entry = Record<string, unknown>;

/** Reads the few numbers that a person can feel, or that decide how much we send. */
export function readReport(report: RTCStatsReport): Sample {
  const sample: Sample = {
    received: 0, lost: 0, framesDecoded: 0, bytesIn: 0, bytesOut: 0, roundTripMs: undefined, sentLoss: undefined, saidAt: 0,
    availableBps: undefined, limitation: undefined, relayed: false, way: '',
  };
  const entries = new Map<string, Entry>();
  report.forEach((entry: Entry, id: string) => entries.set(id, entry));
  for (const entry of entries.values()) {
    const number = (name: string) => optional(entry, name) ?? 0;
    switch (entry['type']) {
      case 'inbound-rtp':
        sample.received += number('packetsReceived');
        sample.lost += Math.max(0, number('packetsLost'));
        sample.framesDecoded += number('framesDecoded');
        break;
      case 'remote-inbound-rtp':
        sample.sentLoss = Math.max(sample.sentLoss ?? 0, number('fractionLost'));
        sample.saidAt = Math.max(sample.saidAt, number('timestamp'));
        break;
      case 'outbound-rtp':
        if (entry['kind'] === 'video' && entry['active'] !== false && typeof entry['qualityLimitationReason'] === 'string') {
          // Of a camera and a screen one may be held up by a busy processor while the other stands still.
          if (sample.limitation !== 'cpu') sample.limitation = entry['qualityLimitationReason'];
        }
        break;
      case 'candidate-pair':
        // Every pair that was ever used has used data.
        sample.bytesIn += number('bytesReceived');
        sample.bytesOut += number('bytesSent');
        if (entry['nominated'] !== true || entry['state'] !== 'succeeded') break;
        sample.availableBps = optional(entry, 'availableOutgoingBitrate') ?? sample.availableBps;
        sample.way = wayOf(entries, entry);
        sample.relayed = entries.get(String(entry['localCandidateId']))?.['candidateType'] === 'relay';
        if (optional(entry, 'currentRoundTripTime') !== undefined) sample.roundTripMs = number('currentRoundTripTime') * 1000;
    }
  }
  return sample;
}

function wayOf(entries: Map<string, Entry>, pair: Entry): string {
  const word = (of: Entry | undefined, name: string) => (typeof of?.[name] === 'string' ? of[name] : '');
  const [ours, theirs] = ['localCandidateId', 'remoteCandidateId'].map((name) => entries.get(word(pair, name)));
  const relay = word(ours, 'relayProtocol');
  return `${word(ours, 'candidateType')}${relay ? ` by ${relay}` : ''} to ${word(theirs, 'candidateType')} over ${word(ours, 'protocol')}`;
}

function optional(entry: Entry, name: string): number | undefined {
  return typeof entry[name] === 'number' ? entry[name] : undefined;
}

/** What the ladder is to know of the time between two samples. */
export function conditionsBetween(before: Sample, after: Sample): Conditions {
  const { roundTripMs, availableBps, limitation } = after;
  return { loss: after.saidAt > before.saidAt ? after.sentLoss : undefined, roundTripMs, availableBps, limitation };
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
