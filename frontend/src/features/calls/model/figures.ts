import type { Store } from './store';

/** One stream of a call in numbers. What the browser does not say is left out. */
export interface StreamFigures {
  what: 'voice' | 'camera' | 'screen' | 'sound';
  codec?: string;
  width?: number;
  height?: number;
  fps?: number;
  bps?: number;
  /** The share of packets that was lost lately. */
  loss?: number;
  jitterMs?: number;
  /** Why the browser sends less than it might: `cpu` or `bandwidth`. */
  limitation?: string;
}

/** How a call is carried just now. No address is in it. */
export interface Figures {
  received: StreamFigures[];
  sent: StreamFigures[];
  roundTripMs?: number;
  availableBps?: number;
  /** How our end and theirs are reached: `host`, `srflx`, `prflx` or `relay`. */
  local?: string;
  remote?: string;
  protocol?: string;
  /** How our relay is reached, where there is one. */
  relayProtocol?: string;
  bytesIn: number;
  bytesOut: number;
}

type Entry = Record<string, unknown>;

/** Counters of one stream at the last look. */
interface Counted {
  at: number;
  bytes: number;
  packets: number;
  lost: number;
}

const NAMES = { audio: ['voice', 'sound'], video: ['camera', 'screen'] } as const;

/** Turns each second's report into numbers, for as long as somebody wants to see them. */
export class FigureReader {
  readonly #shown: Store<Figures | undefined>;
  #before = new Map<string, Counted>();

  constructor(shown: Store<Figures | undefined>) {
    this.#shown = shown;
  }

  /** Bytes are those of the call, which may be fewer than those of its connection. */
  take(report: RTCStatsReport, bytes: { in: number; out: number }): void {
    const entries = new Map<string, Entry>();
    report.forEach((entry: Entry, id: string) => entries.set(id, entry));
    const counted = new Map<string, Counted>();
    const figures: Figures = {
      received: this.#streams(entries, 'inbound-rtp', counted), sent: this.#streams(entries, 'outbound-rtp', counted),
      ...wayIn(entries), bytesIn: bytes.in, bytesOut: bytes.out,
    };
    this.#before = counted;
    this.#shown.set(figures);
  }

  #streams(entries: Map<string, Entry>, type: 'inbound-rtp' | 'outbound-rtp', counted: Map<string, Counted>): StreamFigures[] {
    const all = [...entries].filter(([, entry]) => entry['type'] === type && (entry['kind'] === 'audio' || entry['kind'] === 'video'));
    const streams: StreamFigures[] = [];
    for (const kind of ['audio', 'video'] as const) {
      const ofKind = all.filter(([, entry]) => entry['kind'] === kind).sort(([, a], [, b]) => Number(a['mid']) - Number(b['mid']));
      ofKind.slice(0, 2).forEach(([id, entry], index) => {
        const stream = this.#stream(NAMES[kind][index] ?? 'voice', `${type} ${id}`, entry, entries, counted);
        if (stream) streams.push(stream);
      });
    }
    return streams;
  }

  /** Of a stream that stands still there is nothing to be said. */
  #stream(what: StreamFigures['what'], key: string, entry: Entry, entries: Map<string, Entry>, counted: Map<string, Counted>): StreamFigures | undefined {
    const inbound = entry['type'] === 'inbound-rtp';
    const now: Counted = {
      at: number(entry, 'timestamp') ?? 0, bytes: number(entry, inbound ? 'bytesReceived' : 'bytesSent') ?? 0,
      packets: number(entry, inbound ? 'packetsReceived' : 'packetsSent') ?? 0, lost: Math.max(0, number(entry, 'packetsLost') ?? 0),
    };
    counted.set(key, now);
    if (now.packets === 0 || entry['active'] === false) return undefined;
    const before = this.#before.get(key);
    const seconds = before ? (now.at - before.at) / 1_000 : 0;
    const packets = before ? now.packets - before.packets : 0;
    const lost = before ? now.lost - before.lost : 0;
    const remote = inbound ? undefined : [...entries.values()].find((other) => other['type'] === 'remote-inbound-rtp' && other['ssrc'] === entry['ssrc']);
    const jitter = number(inbound ? entry : (remote ?? {}), 'jitter');
    const codec = entries.get(text(entry, 'codecId') ?? '');
    const limitation = text(entry, 'qualityLimitationReason');
    return drop({
      what,
      codec: text(codec ?? {}, 'mimeType')?.split('/')[1],
      width: number(entry, 'frameWidth'),
      height: number(entry, 'frameHeight'),
      fps: number(entry, 'framesPerSecond'),
      bps: before && seconds > 0 ? Math.round(((now.bytes - before.bytes) * 8) / seconds) : undefined,
      loss: inbound ? (before && packets + lost > 0 ? Math.max(0, lost) / (packets + Math.max(0, lost)) : undefined) : number(remote ?? {}, 'fractionLost'),
      jitterMs: jitter === undefined ? undefined : Math.round(jitter * 1_000),
      limitation: limitation === 'none' ? undefined : limitation,
    });
  }
}

function wayIn(entries: Map<string, Entry>): Partial<Figures> {
  const pair = [...entries.values()].find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true && entry['state'] === 'succeeded');
  if (!pair) return {};
  const local = entries.get(text(pair, 'localCandidateId') ?? '') ?? {};
  const remote = entries.get(text(pair, 'remoteCandidateId') ?? '') ?? {};
  const trip = number(pair, 'currentRoundTripTime');
  return drop({
    roundTripMs: trip === undefined ? undefined : Math.round(trip * 1_000),
    availableBps: number(pair, 'availableOutgoingBitrate'),
    local: text(local, 'candidateType'),
    remote: text(remote, 'candidateType'),
    protocol: text(local, 'protocol'),
    relayProtocol: text(local, 'relayProtocol'),
  });
}

const number = (entry: Entry, name: string): number | undefined => (typeof entry[name] === 'number' ? entry[name] : undefined);
const text = (entry: Entry, name: string): string | undefined => (typeof entry[name] === 'string' ? entry[name] : undefined);

type Said<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const drop = <T extends object>(all: T): Said<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Said<T>;
