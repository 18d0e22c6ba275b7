import type { Clock } from '../../../shared/media/clock';

/** Writes down a state change. Never given an SDP or a name; addresses in it are masked. */
export type Log = (what: string, detail?: string | number | boolean) => void;

const LINES_MAX = 1_000;
const DETAIL_MAX = 300;
const NAMES_MAX = 200;

// An IPv6 address may end in an IPv4 one, so those are looked for first.
const IPV6 = /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?:%[\w.]+)?/gi;
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g;

/** The guide's switch: `localStorage.setItem('webrtc-debug', 'true')`, read anew each time so that it works at once. */
export function debugIsOn(): boolean {
  try {
    return localStorage.getItem('webrtc-debug') === 'true';
  } catch {
    return false; // a browser that keeps no storage has no switch
  }
}

/**
 * What has happened in the calls of this page, for whoever is asked to help: the last thousand lines, kept in memory
 * alone. The same address has the same name throughout, so that one can still tell two of them apart.
 */
export class CallLog {
  readonly #clock: Clock;
  readonly #isOn: () => boolean;
  #lines: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #counts = { ipv4: 0, ipv6: 0 };

  constructor(clock: Clock, isOn: () => boolean) {
    this.#clock = clock;
    this.#isOn = isOn;
  }

  /** Whether the person has asked to see it. */
  get shown(): boolean {
    return this.#isOn();
  }

  readonly write: Log = (what, detail) => {
    const masked = typeof detail === 'string' ? this.#mask(detail.slice(0, DETAIL_MAX)) : detail;
    const line = `${new Date(this.#clock.now()).toISOString()} ${what}`;
    this.#lines.push(masked === undefined ? line : `${line} ${masked}`);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
    if (this.shown) console.debug('[webrtc]', what, masked ?? '');
  };

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  #mask(text: string): string {
    return text.replace(IPV6, (address) => this.#nameOf('ipv6', address)).replace(IPV4, (address) => this.#nameOf('ipv4', address));
  }

  #nameOf(kind: 'ipv4' | 'ipv6', address: string): string {
    const known = this.#names.get(address.toLowerCase());
    if (known !== undefined) return known;
    if (this.#names.size >= NAMES_MAX) return `${kind}-more`;
    const name = `${kind}-${++this.#counts[kind]}`;
    this.#names.set(address.toLowerCase(), name);
    return name;
  }
}

/** Of a candidate's line what tells one way from another: protocol, address, port, type. */
export function candidateText(line: string): string {
  const [, , protocol, , address, port, , type] = line.split(' ');
  if (protocol === undefined) return 'end';
  const tcp = / tcptype (\w+)/.exec(line)?.[1];
  return [protocol.toLowerCase(), address, port, type, tcp].filter(Boolean).join(' ');
}
