import { AppError, codeOf } from '../../../shared/lib/errors';
import type { Http } from '../../../shared/lib/http';
import { Observable } from '../../../shared/lib/observable';
import { systemClock } from '../../../shared/media/clock';
import type { Connection } from '../../../shared/socket';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { Grower, GrowingCalls, GrowthView, LentCall } from '../../calls';
import { growCall, listConsultations, openConsultation, roomApi, type Consultation } from '../api';
import type { Growth } from './Growth';

export interface GrowerDeps {
  http: Http;
  socket: Pick<Connection, 'on'>;
  userId: string;
  may: () => Grower['may'];
  /** Shows the room's page, under the call for as long as that is there; gives the way back to what was shown before. */
  show: (roomId: string) => () => void;
}

const NONE: GrowthView = { callId: undefined, stage: 'none', quiet: false, mine: false, failed: undefined };

/** Makes rooms of calls: because a dietician here wishes it, or because the other of a call does. */
export class CallGrower implements Grower {
  readonly #deps: GrowerDeps;
  readonly #view = new Observable<GrowthView>(NONE);
  readonly view = { get: () => this.#view.value, subscribe: this.#view.subscribe };
  #calls: GrowingCalls | undefined;
  #growth: Growth | undefined;
  /** The other has opened a room for the call: taken up once the call is there. */
  #asked: Consultation | undefined;
  #release: (() => void) | undefined;
  /** The call that was there last. */
  #known: string | undefined;

  constructor(deps: GrowerDeps) {
    this.#deps = deps;
  }

  get may(): Grower['may'] {
    return this.#deps.may();
  }

  attach(calls: GrowingCalls): () => void {
    this.#calls = calls;
    const stops = [
      calls.view.subscribe(() => this.#callChanged()),
      this.#deps.socket.on('consultation', (consultation) => this.#heard(consultation)),
      // After the call's own engine, which has ended it by then.
      this.#deps.socket.on('call', (call) => call.callId !== null && call.outcome === 'grown' && this.#grown(call.callId)),
    ];
    this.#callChanged();
    return () => {
      for (const stop of stops) stop();
      this.#calls = undefined;
    };
  }

  begin(adding: boolean): void {
    const call = this.#calls?.lend();
    if (!call || this.#isBusy) return;
    this.#set({ callId: call.callId, stage: 'opening', quiet: false, mine: true, failed: undefined });
    growCall(this.#deps.http, call.callId).then(
      // Of two who are dieticians the other may have been first.
      (consultation) => void this.#join(consultation, consultation.you.role === 'host', adding),
      (error: unknown) => this.#set({ callId: call.callId, stage: 'failed', quiet: false, mine: true, failed: codeOf(error) }),
    );
  }

  async meet(userId: string): Promise<ErrorCode | undefined> {
    try {
      const { roomId } = await openConsultation(this.#deps.http, { userIds: [userId], admit: true });
      this.#deps.show(roomId);
      return undefined;
    } catch (error) {
      return codeOf(error);
    }
  }

  dismiss(): void {
    if (!this.#isBusy) this.#set(NONE);
  }

  get #isBusy(): boolean {
    return this.#view.value.stage === 'opening' || this.#view.value.stage === 'joining';
  }

  #heard(consultation: Consultation): void {
    const { callId, state, you } = consultation;
    if (callId === undefined || state !== 'open' || you.state !== 'admitted') return;
    // Our own doing, unless this page was reloaded in the middle of it and knows nothing of that.
    if (you.role === 'host' && (this.#isBusy || this.#view.value.callId === callId)) return;
    this.#asked = consultation;
    this.#takeUp();
  }

  #callChanged(): void {
    const view = this.#calls?.view.get();
    // What was to come of it comes a moment later, with the reason.
    if (view?.stage === 'ended') queueMicrotask(() => this.#growth?.callEnded(false));
    else this.#growth?.callChanged();
    // This page was reloaded in the middle of it, and what was said of its room before was said to another one.
    if (view?.stage === 'live' && view.callId !== this.#known) void this.#look();
    this.#known = view?.callId;
    this.#takeUp();
  }

  async #look(): Promise<void> {
    const list = await listConsultations(this.#deps.http).catch(() => undefined);
    for (const consultation of list?.running ?? []) this.#heard(consultation);
  }

  #grown(callId: string): void {
    const call = this.#calls?.view.get();
    if (this.#view.value.callId !== callId && (call?.callId !== callId || call.stage !== 'ended')) return;
    if (this.#growth) this.#growth.callEnded(true);
    // Reloaded in the middle of it: the page of the room leads in.
    else this.#deps.show(`consultation-${callId}`);
    this.#calls?.dismiss();
  }

  #takeUp(): void {
    const asked = this.#asked;
    const view = this.#calls?.view.get();
    if (!asked || this.#isBusy || view?.callId !== asked.callId || view?.stage !== 'live') return;
    this.#asked = undefined;
    void this.#join(asked, asked.you.role === 'host', false);
  }

  async #join(consultation: Consultation, mine: boolean, adding: boolean): Promise<void> {
    const { roomId, callId } = consultation;
    this.#set({ callId, stage: 'joining', quiet: false, mine, failed: undefined });
    try {
      const [{ holdPlace, placeOf, userPlaceKey }, { Growth }] = await Promise.all([import('./places'), import('./Growth')]);
      const call: LentCall | undefined = this.#calls?.lend();
      if (!call || call.callId !== callId) throw new AppError('call_not_found');
      const key = userPlaceKey(this.#deps.userId, roomId);
      const listen = (take: (next: Consultation) => void) => this.#deps.socket.on('consultation', (next) => next.roomId === roomId && take(next));
      const place = placeOf(key, () => roomApi(this.#deps.http, roomId), listen);
      const back = this.#deps.show(roomId);
      this.#growth = new Growth({
        call, place, mine, clock: systemClock,
        onHeard: () => this.#set({ ...this.#view.value, quiet: true }),
        onDone: () => {
          if (mine && adding) place.setAdding(true);
          this.#over(NONE);
        },
        onFailed: () => {
          back();
          this.#over({ callId, stage: 'failed', quiet: false, mine, failed: mine ? 'livekit_unreachable' : undefined });
        },
      });
      this.#release = holdPlace(key, true);
    } catch (error) {
      this.#over({ callId, stage: 'failed', quiet: false, mine, failed: codeOf(error) });
    }
  }

  #over(view: GrowthView): void {
    this.#growth = undefined;
    this.#asked = undefined; // what was said of the same room meanwhile
    this.#release?.();
    this.#release = undefined;
    this.#set(view);
  }

  #set(view: GrowthView): void {
    this.#view.set(view);
  }
}
