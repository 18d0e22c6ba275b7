import { Deadline, type Clock } from '../../../shared/media/clock';
import type { LentCall } from '../../calls';
import type { Place } from './Place';

export interface GrowthDeps {
  call: LentCall;
  place: Place;
  /** Who asked for it ends the call, and the room where nothing comes of it. */
  mine: boolean;
  clock: Clock;
  /** The other is seen and heard in the room here, and we there. */
  onDone: () => void;
  onFailed: () => void;
  /** The other is heard here now. */
  onHeard: () => void;
}

export const GROWTH_MS = 20_000;
const LOOK_MS = 250;
const HERE_AGAIN_MS = 1_000;
/** A picture is waited for so long after the voice: a page that is not looked at is sent none. */
const PICTURE_MS = 4_000;

/**
 * A call of two goes on in a room. Both are in both for a while: each hears the other by the call until their voice has come
 * by the room, and then by the room alone. When both are so far, whoever asked for it ends the call.
 */
export class Growth {
  readonly #deps: GrowthDeps;
  readonly #look: Deadline;
  readonly #end: Deadline;
  readonly #unsubscribe: () => void;
  #heardAt: number | undefined;
  #saidAt = -Infinity;
  #hears = false;
  #over = false;
  /** Copies of what our screen gives in the call, where it ends with it. */
  #screen: MediaStreamTrack[] = [];
  #copied: MediaStreamTrack | undefined;

  constructor(deps: GrowthDeps) {
    const { clock, place, call } = deps;
    this.#deps = deps;
    this.#look = new Deadline(clock);
    this.#end = new Deadline(clock);
    this.#unsubscribe = place.engine.view.subscribe(() => this.#check());
    this.#end.set(GROWTH_MS, () => this.fail());
    place.engine.borrow(call.media);
    void place.engine.enter();
    this.callChanged();
    this.#check();
  }

  /** Something is other than it was in the call. */
  callChanged(): void {
    if (this.#over) return;
    const tracks = this.#deps.call.screen();
    if (tracks[0] === this.#copied) return;
    this.#dropScreen();
    this.#copied = tracks[0];
    this.#screen = tracks.map((track) => track.clone());
  }

  /** The call is over: it went on here, or it was hung up in the middle of this. */
  callEnded(grown: boolean): void {
    if (this.#over) return;
    if (grown) this.#done();
    else this.fail();
  }

  fail(): void {
    if (this.#over) return;
    this.#stop();
    this.#dropScreen();
    const { place, mine, onFailed } = this.#deps;
    place.engine.leave();
    void place.act((api) => (mine ? api.end() : api.leave()));
    onFailed();
  }

  #done(): void {
    this.#stop();
    this.#deps.place.engine.keep();
    this.#deps.place.engine.carryScreen(this.#screen);
    this.#deps.onDone();
  }

  #dropScreen(): void {
    for (const track of this.#screen) track.stop();
    this.#screen = [];
  }

  #stop(): void {
    this.#over = true;
    this.#unsubscribe();
    this.#look.clear();
    this.#end.clear();
  }

  #check(): void {
    if (this.#over) return;
    const { call, place, mine, clock } = this.#deps;
    const { engine } = place;
    if (engine.view.value.stage === 'ended') return this.fail();
    if (!this.#look.pending) this.#look.set(LOOK_MS, () => this.#check());
    if (!this.#comes()) return;
    engine.hear(); // also of a room that was entered anew
    if (!this.#hears) this.#deps.onHeard();
    this.#hears = true;
    const now = clock.now();
    if (now - this.#saidAt >= HERE_AGAIN_MS) {
      this.#saidAt = now;
      engine.exchange.tellHere(call.otherId);
    }
    if (!mine || !engine.exchange.here.has(call.otherId)) return;
    // Ours before the call's: what is released there goes on here.
    this.#done();
    call.goOn();
  }

  /** As much as comes by the call. */
  #comes(): boolean {
    const { call, place, clock } = this.#deps;
    const { stage, people } = place.engine.view.value;
    // Tracks begin to come without a word of it: they are looked at, and not as they were drawn last.
    const other = stage === 'live' ? place.engine.look().find(({ identity }) => identity === call.otherId) : undefined;
    if (!other || people.length < 2) return false;
    const wanted = call.comes();
    const voice = !wanted.voice || other.microphone === 'muted' || (other.microphone === 'on' && other.arrives.voice);
    if (!voice) return false;
    this.#heardAt ??= clock.now();
    return !wanted.picture || (other.cameraOn && other.arrives.picture) || clock.now() - this.#heardAt >= PICTURE_MS;
  }
}
