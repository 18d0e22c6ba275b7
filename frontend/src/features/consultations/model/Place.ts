import { codeOf, isTransient } from '../../../shared/lib/errors';
import { Observable, type Readable } from '../../../shared/lib/observable';
import { type Clock, Deadline } from '../../../shared/media/clock';
import type { StartTape } from '../../../shared/media/recording/Tape';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { Consultation, DeviceTest, RoomApi } from '../api';
import { measureConnection, testOf } from './deviceTest';
import { KeyRing } from './encryption/KeyRing';
import { canEncrypt } from './encryption/support';
import { RoomFailure } from './port';
import { Tally } from './tally';
import type { Stage } from './view';
import type { RoomEngine } from './RoomEngine';
import { type UnsentWords, Words } from './Words';
import { mustAgree, RoomRecording } from './RoomRecording';

export interface PlaceState {
  consultation: Consultation | undefined;
  /** Why we can't be here, or not just now. */
  failed: ErrorCode | undefined;
  /** What was asked last and could not be done; said until the next. */
  refused: ErrorCode | undefined;
  busy: boolean;
  /** A call has grown into this room for somebody to be added, who is to be chosen now. */
  adding: boolean;
}

export interface PlaceDeps {
  api: RoomApi;
  clock: Clock;
  /** What the server says by itself; `undefined` for guests, who ask now and then. */
  listen: ((take: (consultation: Consultation) => void) => () => void) | undefined;
  newId: () => string;
  unsent?: UnsentWords;
  measure?: typeof measureConnection;
  startTape?: StartTape | undefined;
}

const WAITING_MS = 2_000;
const QUIET_MS = 3_000;
const TEST_MS = 2_000;
const KEY_MS = 500;
const KEYED_MS = 1_000;

const INSIDE: readonly Stage[] = ['connecting', 'live', 'reconnecting'];

/** Whom neither the door nor a question keeps out. */
const mayEnter = (it: Consultation): boolean => it.you.state === 'admitted' && !mustAgree(it);

/** Who goes in as soon as they may; who has just come looks at their devices first, and goes in by themselves. */
const atTheDoor = (it: Consultation): boolean => it.you.state === 'waiting' || (it.you.state === 'admitted' && mustAgree(it));

/** What is newer: of one consultation the same version again, since presence changes without it. */
export function isNewer(known: Consultation | undefined, next: Consultation): boolean {
  if (!known) return true;
  // What nobody has opened yet has other ids than it will have.
  if (known.version === 0) return true;
  if (known.consultationId !== next.consultationId) return next.openedAt >= known.openedAt;
  return next.version >= known.version;
}

/** Somebody's place in a consultation, from arriving at it until they go: what our server says of it, and their place in the room. */
export class Place {
  readonly engine: RoomEngine;
  readonly recording: RoomRecording;
  readonly keys: KeyRing;
  readonly api: RoomApi;
  /** What is said to everybody. */
  readonly words: Words;
  readonly #deps: PlaceDeps;
  readonly #state = new Observable<PlaceState>({ consultation: undefined, failed: undefined, refused: undefined, busy: true, adding: false });
  readonly #ask: Deadline;
  readonly #test: Deadline;
  #stop: (() => void) | undefined;
  #told = '';
  #since = 0;
  #heard = false;
  #connection: Pick<DeviceTest, 'connection' | 'rttMs'> | undefined;
  #closed = false;
  readonly #tally = new Tally();
  readonly #unwatch: () => void;

  constructor(deps: PlaceDeps, engine: RoomEngine) {
    this.#deps = deps;
    this.api = deps.api;
    this.engine = engine;
    this.words = new Words({
      api: deps.api, clock: deps.clock, newId: deps.newId, ...(deps.unsent ? { unsent: deps.unsent } : {}),
      onChange: (words, news) => engine.exchange.keep(words, news),
      onKept: () => engine.exchange.tellSaid(),
    });
    engine.onSaid = () => this.words.look();
    this.recording = new RoomRecording({
      api: deps.api, clock: deps.clock, startTape: deps.startTape,
      given: () => engine.given(), setRecorded: (on) => engine.setRecorded(on), look: () => void this.#look(),
    });
    this.keys = new KeyRing({ api: deps.api, clock: deps.clock, take: (consultation) => this.take(consultation), look: () => void this.#look() });
    engine.keys = async () => {
      if (!this.#state.value.consultation?.encryption) return undefined;
      if (!canEncrypt()) throw new RoomFailure('no-encryption');
      return this.keys.ready();
    };
    this.#unwatch = engine.view.subscribe(() => this.#weigh());
    this.#ask = new Deadline(deps.clock);
    this.#test = new Deadline(deps.clock);
  }

  get state(): Readable<PlaceState> {
    return this.#state;
  }

  start(): void {
    if (this.#stop) return;
    this.#stop = this.#deps.listen?.((consultation) => this.take(consultation)) ?? (() => undefined);
    void this.arrive();
  }

  /** The first time, and again after a failure or after we have left. */
  async arrive(): Promise<void> {
    this.#patch({ busy: true, failed: undefined });
    try {
      this.take(await this.#deps.api.arrive());
    } catch (error) {
      this.#patch({ failed: codeOf(error), busy: false });
      return;
    }
    this.#patch({ busy: false });
    this.#later();
    this.#since = this.#deps.clock.now();
    void this.engine.openDevices();
    if (this.#state.value.consultation?.you.state === 'waiting') void this.#testDevices();
  }

  take(next: Consultation): void {
    const before = this.#state.value.consultation;
    if (this.#closed || !isNewer(before, next)) return;
    this.#patch({ consultation: next });
    const { state, role } = next.you;
    this.engine.setRole(role);
    if (state === 'admitted' && next.version > 0 && next.state === 'open') this.words.begin(next.consultationId);
    if (next.state === 'ended') this.engine.end('ended');
    else if (state === 'removed' || state === 'refused') this.engine.end('removed');
    else if (before?.consultationId === next.consultationId && !before.encryption !== !next.encryption) this.engine.renew();
    else if (before && atTheDoor(before) && mayEnter(next) && this.engine.view.value.stage === 'lobby') void this.engine.enter();
    this.keys.take(next);
    this.recording.take(next, INSIDE.includes(this.engine.view.value.stage));
  }

  /** Something a host does; it shows what has come of it, or why nothing has. */
  async act(what: (api: RoomApi) => Promise<Consultation>): Promise<boolean> {
    this.#patch({ refused: undefined });
    try {
      this.take(await what(this.#deps.api));
      return true;
    } catch (error) {
      this.#patch({ refused: codeOf(error) });
      return false;
    }
  }

  async leave(): Promise<void> {
    this.recording.leave();
    this.engine.leave();
    await this.act((api) => api.leave());
  }

  /** After an end that was none for good. */
  async again(): Promise<void> {
    await this.arrive();
    if (this.#state.value.failed === undefined && this.#state.value.consultation?.you.state === 'admitted') await this.engine.enter();
  }

  setAdding(adding: boolean): void {
    this.#patch({ adding });
  }

  close(): void {
    if (this.#closed) return;
    const { consultation } = this.#state.value;
    this.#closed = true;
    this.#stop?.();
    this.#ask.clear();
    this.#test.clear();
    this.words.close();
    this.recording.leave();
    this.keys.end();
    this.engine.close();
    this.#unwatch();
    if (consultation?.state === 'open' && (consultation.you.state === 'waiting' || consultation.you.state === 'admitted')) this.#deps.api.leave().catch(() => undefined);
  }

  /** What our connection was like is told once we are out. */
  #weigh(): void {
    const { stage, people } = this.engine.view.value;
    const now = this.#deps.clock.now();
    if (!INSIDE.includes(stage)) this.keys.end();
    if (stage === 'reconnecting') this.#tally.note('weak', now);
    else if (stage === 'live') this.#tally.note(people[0]?.quality ?? 'unknown', now);
    else {
      const quality = this.#tally.take(now);
      const id = this.#state.value.consultation?.consultationId;
      if (quality && id !== undefined) this.#deps.api.quality(id, quality).catch(() => undefined);
    }
  }

  #later(): void {
    if (this.#deps.listen || this.#closed) return;
    this.#ask.set(this.#pause(), () => void this.#look());
  }

  /** How long a guest asks nothing. A key is waited for by who wants to see somebody. */
  #pause(): number {
    const { consultation } = this.#state.value;
    if (this.keys.view.value.state !== 'none') return this.keys.view.value.state === 'waiting' ? KEY_MS : KEYED_MS;
    return consultation?.you.state === 'waiting' ? WAITING_MS : QUIET_MS;
  }

  /** Somebody waits for what comes of it: what could not be looked at now is looked at again. */
  async #look(): Promise<void> {
    try {
      this.take(await this.#deps.api.get());
    } catch (error) {
      if (this.#deps.listen && !this.#closed && isTransient(codeOf(error))) return this.#ask.set(QUIET_MS, () => void this.#look());
    }
    this.#later();
  }

  /** What the dietician sees beside our name while we wait; told again when it is something else. */
  async #testDevices(): Promise<void> {
    this.#connection ??= await (this.#deps.measure ?? measureConnection)();
    if (this.#closed || this.#state.value.consultation?.you.state !== 'waiting') return;
    const view = this.engine.view.value;
    if (this.engine.level() > 0.02) this.#heard = true;
    const test = testOf(view, this.#heard, this.#deps.clock.now() - this.#since, this.#connection);
    const text = JSON.stringify(test);
    if (test && text !== this.#told) {
      this.#told = text;
      await this.#deps.api.arrive(test).then((consultation) => this.take(consultation), () => undefined);
    }
    this.#test.set(TEST_MS, () => void this.#testDevices());
  }

  #patch(part: Partial<PlaceState>): void {
    if (!this.#closed) this.#state.update((state) => ({ ...state, ...part }));
  }
}
