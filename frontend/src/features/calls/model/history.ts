import type { Rung, StepReason } from './ladder';
import type { CallView, Quality } from './view';

/** What a call was like for a while; `lost` is no connection at all. */
export type Felt = Exclude<Quality, 'unknown'> | 'lost';

export type Happened =
  | { what: 'connected' | 'repaired' }
  /** Our way to the other, to the server, and their picture: gone for so long, to the end where nothing is said. */
  | { what: 'lost' | 'server' | 'their-picture' | 'own-screen' | 'their-screen'; forMs?: number }
  | { what: 'step'; rung: Rung; up: boolean; why: StepReason; screen: boolean };

/** At so many milliseconds since the call was accepted. */
export type Moment = Happened & { at: number };

export interface Stretch {
  from: number;
  to: number;
  felt: Felt | undefined;
}

export interface CallStory {
  durationMs: number;
  /** How the connection was here. */
  stretches: Stretch[];
  /** The same at the other's, where their client said so. */
  theirs?: Stretch[];
  moments: Moment[];
  /** More happened than is kept. */
  more: boolean;
}

const MOMENTS_MAX = 200;
const SLOTS_MAX = 240;
const SLOT_MS = 1_000;
/** Of a slot with several seconds that share decides. */
const MATTERS = 0.25;
const WORST_FIRST = ['lost', 'weak', 'fair', 'good'] as const;

type Counts = Record<Felt, number>;

/**
 * What happened in a call, told from what its page has shown: no more is known there, and nobody is to read afterwards
 * of what they could not have noticed. It has no names and no addresses in it, and stays as small however long it lasts.
 */
export class CallHistory {
  #begun: number | undefined;
  readonly #moments: Moment[] = [];
  readonly #open = new Map<Happened['what'], { moment: Moment & { forMs?: number }; since: number }>();
  #more = false;
  readonly #ours = new Line();
  readonly #theirs = new Line();

  /** The page shows something else now. */
  observe(before: CallView, after: CallView, now: number): void {
    if (after.stage !== 'live' || after.acceptedAt === undefined) return;
    this.#begun ??= after.acceptedAt;
    this.#pass(before, now);
    const connected = after.link === 'connected';
    if (connected && before.link === 'connecting') this.#add({ what: 'connected' }, now);
    this.#lasting('lost', after.link === 'disconnected' || after.link === 'failed', now);
    this.#lasting('server', !after.online, now);
    this.#lasting('their-picture', after.remotePaused, now);
    this.#lasting('own-screen', after.sharing.own === 'on', now);
    this.#lasting('their-screen', after.sharing.theirs !== undefined, now);
    const { step } = after;
    if (step && step !== before.step) this.#add({ what: 'step', rung: step.rung, up: step.up, why: step.why, screen: step.screen === true }, now);
  }

  /** Another way through the network was looked for. */
  repaired(now: number): void {
    // Of a connection that is lost it is said already.
    if (this.#begun !== undefined && !this.#open.has('lost')) this.#add({ what: 'repaired' }, now);
  }

  story(last: CallView, now: number): CallStory | undefined {
    if (this.#begun === undefined) return undefined;
    this.#pass(last, now);
    for (const { moment, since } of this.#open.values()) {
      // What lasted until the end was ended by it; but for a connection that never came back.
      if (moment.what !== 'lost') moment.forMs = now - since;
    }
    this.#open.clear();
    const durationMs = now - this.#begun;
    const theirs = this.#theirs.stretches(durationMs);
    const said = theirs.some(({ felt }) => felt !== undefined && felt !== 'lost');
    return { durationMs, stretches: this.#ours.stretches(durationMs), ...(said ? { theirs } : {}), moments: this.#moments, more: this.#more };
  }

  #add(happened: Happened, now: number): Moment | undefined {
    if (this.#moments.length >= MOMENTS_MAX) {
      this.#more = true;
      return undefined;
    }
    const moment: Moment = { ...happened, at: Math.max(0, now - (this.#begun ?? now)) };
    this.#moments.push(moment);
    return moment;
  }

  #lasting(what: 'lost' | 'server' | 'their-picture' | 'own-screen' | 'their-screen', is: boolean, now: number): void {
    const open = this.#open.get(what);
    if (is && !open) {
      const moment = this.#add({ what }, now);
      if (moment) this.#open.set(what, { moment, since: now });
    } else if (!is && open) {
      open.moment.forMs = now - open.since;
      this.#open.delete(what);
    }
  }

  /** Counts the time that has gone by as what was shown during it. */
  #pass(shown: CallView, now: number): void {
    const until = Math.max(0, now - (this.#begun ?? now));
    this.#ours.pass(feltOf(shown, shown.quality), until);
    this.#theirs.pass(feltOf(shown, shown.theirQuality), until);
  }
}

/** How a connection was from its beginning on. */
class Line {
  #slots: Counts[] = [];
  #slotMs = SLOT_MS;
  #countedTo = 0;

  pass(felt: Felt | undefined, until: number): void {
    while (this.#countedTo < until) {
      const slot = Math.floor(this.#countedTo / this.#slotMs);
      if (slot >= SLOTS_MAX) {
        this.#halve();
        continue;
      }
      const end = Math.min(until, (slot + 1) * this.#slotMs);
      const counts = (this.#slots[slot] ??= { good: 0, fair: 0, weak: 0, lost: 0 });
      if (felt) counts[felt] += end - this.#countedTo;
      this.#countedTo = end;
    }
  }

  #halve(): void {
    this.#slotMs *= 2;
    const halved: Counts[] = [];
    this.#slots.forEach((counts, index) => {
      const into = (halved[index >> 1] ??= { good: 0, fair: 0, weak: 0, lost: 0 });
      for (const felt of WORST_FIRST) into[felt] += counts[felt];
    });
    this.#slots = halved;
  }

  stretches(durationMs: number): Stretch[] {
    const stretches: Stretch[] = [];
    this.#slots.forEach((counts, index) => {
      const sum = counts.good + counts.fair + counts.weak + counts.lost;
      const felt = WORST_FIRST.find((one) => sum > 0 && counts[one] / sum >= MATTERS);
      const [from, to] = [index * this.#slotMs, Math.min(durationMs, (index + 1) * this.#slotMs)];
      const last = stretches.at(-1);
      if (last && last.felt === felt) last.to = to;
      else stretches.push({ from, to, felt });
    });
    return stretches;
  }
}

function feltOf({ link }: CallView, quality: Quality): Felt | undefined {
  if (link === 'disconnected' || link === 'failed') return 'lost';
  return link === 'connected' && quality !== 'unknown' ? quality : undefined;
}

/** The same as a file: no names, no addresses. */
export function storyJson(story: CallStory, facts: { callId: string | undefined; kind: string; acceptedAt: number | undefined; reason: string }): string {
  const { callId, kind, acceptedAt, reason } = facts;
  const head = { format: 'moodbites-call-story', version: 1, callId, kind, acceptedAt: acceptedAt === undefined ? undefined : new Date(acceptedAt).toISOString(), ended: reason };
  return `${JSON.stringify({ ...head, ...story }, null, 2)}\n`;
}
