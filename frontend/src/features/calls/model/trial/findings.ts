import type { DeviceProblem } from '../view';

/** By what our media may go: straight, or by a relay that is reached by UDP, TCP or TLS. */
export type Way = 'direct' | 'udp' | 'tcp' | 'tls';
export type Part = 'camera' | 'microphone' | 'speaker' | Way | 'relay' | 'speed';
export type Light = 'green' | 'amber' | 'red';

/** What was found out about a part, in a word; sentences are made of it where it is shown. */
export type Finding =
  | { what: 'works' | 'silent' | 'unheard' | 'blocked' | 'refused' | 'none' }
  | { what: 'problem'; problem: DeviceProblem }
  | { what: 'speed'; bps: number; roundTripMs: number };

export type Findings = Partial<Record<Part, Finding>>;

/** In the order in which they are shown. `relay` is there where no relay is offered at all. */
export const PARTS: readonly Part[] = ['camera', 'microphone', 'speaker', 'direct', 'udp', 'tcp', 'tls', 'relay', 'speed'];
const RELAYS: readonly Way[] = ['udp', 'tcp', 'tls'];

/** From here a picture is sharp, from here it is at all, from here a voice is whole. */
const SHARP_BPS = 1_200_000;
const PICTURE_BPS = 300_000;
const VOICE_BPS = 80_000;
const LATE_MS = 400;

/** Green: good. Amber: a call works, but not all of it, or not from everywhere. Red: no call before something is done. */
export function lightOf(part: Part, findings: Findings): Light {
  const finding = findings[part];
  if (!finding) return 'amber';
  switch (finding.what) {
    case 'works':
      return 'green';
    case 'problem':
      return part === 'camera' ? 'amber' : 'red';
    case 'silent':
    case 'none':
      return 'amber';
    case 'unheard':
      return 'red';
    case 'blocked':
    case 'refused':
      return hasWay(findings) ? 'amber' : 'red';
    case 'speed':
      if (finding.bps < VOICE_BPS) return 'red';
      return finding.bps < SHARP_BPS || finding.roundTripMs > LATE_MS ? 'amber' : 'green';
  }
}

/** The whole is as good as the worst of it. */
export function verdictOf(findings: Findings): Light {
  const lights = PARTS.filter((part) => findings[part]).map((part) => lightOf(part, findings));
  return lights.includes('red') ? 'red' : lights.includes('amber') ? 'amber' : 'green';
}

/** What a connection carries, in what a person sees of it. */
export function carries(bps: number): 'sharp' | 'picture' | 'voice' | 'little' {
  if (bps >= SHARP_BPS) return 'sharp';
  if (bps >= PICTURE_BPS) return 'picture';
  return bps >= VOICE_BPS ? 'voice' : 'little';
}

function hasWay(findings: Findings): boolean {
  return (['direct', ...RELAYS] as const).some((way) => findings[way]?.what === 'works');
}

export interface TrialResult {
  /** When, in milliseconds. */
  at: number;
  findings: Findings;
}

/** One address each, sorted by the way that it is; what no browser would understand is left out. */
export function waysOf(servers: readonly RTCIceServer[]): Record<Way, RTCIceServer[]> {
  const ways: Record<Way, RTCIceServer[]> = { direct: [], udp: [], tcp: [], tls: [] };
  for (const server of servers) {
    for (const url of [server.urls].flat()) {
      const way = wayOf(url);
      if (way && ways[way].length < SAME_MAX) ways[way].push({ ...server, urls: url });
    }
  }
  return ways;
}

/** So many of a kind are tried: one that works is enough. */
const SAME_MAX = 3;

function wayOf(url: string): Way | undefined {
  const [, scheme, transport = ''] = /^(stuns?|turns?):[^?]+(?:\?transport=(udp|tcp))?$/i.exec(url) ?? [];
  switch (scheme?.toLowerCase()) {
    case 'stun':
      return 'direct';
    case 'turns':
      return 'tls';
    case 'turn':
      return transport.toLowerCase() === 'tcp' ? 'tcp' : 'udp';
    default:
      return undefined;
  }
}

/** What is stored may be of another version of the app, or of somebody's making. */
export function parseResult(text: string | null): TrialResult | undefined {
  try {
    const { at, findings } = JSON.parse(text ?? 'null') as Partial<TrialResult>;
    if (typeof at !== 'number' || typeof findings !== 'object' || (findings as unknown) === null) return undefined;
    const known = PARTS.filter((part) => isFinding(findings[part]));
    return { at, findings: Object.fromEntries(known.map((part) => [part, findings[part]])) };
  } catch {
    return undefined;
  }
}

const WORDS = ['works', 'silent', 'unheard', 'blocked', 'refused', 'none'];
const PROBLEMS = ['denied', 'missing', 'busy', 'insecure', 'unplugged', 'unknown', 'no-relay'];

function isFinding(value: unknown): value is Finding {
  const { what, problem, bps, roundTripMs } = (value ?? {}) as { what?: unknown; problem?: Partial<DeviceProblem>; bps?: unknown; roundTripMs?: unknown };
  if (what === 'speed') return typeof bps === 'number' && typeof roundTripMs === 'number';
  if (what === 'problem') return PROBLEMS.includes(problem?.kind ?? '') && (problem?.device === 'microphone' || problem?.device === 'camera');
  return typeof what === 'string' && WORDS.includes(what);
}
