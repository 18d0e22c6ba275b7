import type { CallSnapshot } from '../../../shared/wire/types';
import type { EngineDeps } from './deps';
import type { IceAnswer } from './ice';
import { OtherTab } from './otherTab';
import type { CallSession } from './session';
import { ask } from './socket';

/** The calls of this page, as far as it matters for those that it does not carry. */
interface Page {
  session: () => CallSession | undefined;
  latest: () => CallSnapshot | undefined;
  /** Shows a call that goes on in another place, instead of what is shown. */
  show: (snapshot: CallSnapshot, stage: 'other-tab' | 'other-device') => CallSession;
  takeUp: (snapshot: CallSnapshot, before: { camera: boolean; muted: boolean }) => Promise<void>;
}

/** A call of this person that another tab of this device carries, or another device; and how it comes here. */
export class Elsewhere {
  readonly #deps: EngineDeps;
  readonly #page: Page;
  readonly #tab: OtherTab;
  /** Its notice was put away. */
  #away: string | undefined;
  /** The call of another device is about to go on here. */
  #taking = false;

  constructor(deps: EngineDeps, page: Page) {
    this.#deps = deps;
    this.#page = page;
    this.#tab = new OtherTab(deps.seat, deps.clock);
  }

  watchDevice(snapshot: CallSnapshot): void {
    if (this.#away === snapshot.callId) return;
    this.#page.show(snapshot, 'other-device').patch({ canRejoin: !snapshot.legacy });
  }

  watchTab(snapshot: CallSnapshot): void {
    if (this.#away === snapshot.callId) return;
    const session = this.#page.show(snapshot, 'other-tab');
    this.#tab.watch(snapshot.callId, (free) => session.patch({ canRejoin: free }));
  }

  /** What the server says of the call that is shown. */
  advance(session: CallSession, snapshot: CallSnapshot): void {
    if (session.view.stage === 'other-tab') return snapshot.here ? undefined : this.watchDevice(snapshot);
    if (!snapshot.here) return session.patch({ legacy: snapshot.legacy, canRejoin: !this.#taking && !snapshot.legacy });
    if (!this.#taking) return this.watchTab(snapshot);
    this.#taking = false;
    session.mine = true;
    void this.#deps.seat.claim(snapshot.callId);
    void session.goLive(snapshot, true);
  }

  /** Takes up a call of this device that no tab carries any more. */
  async rejoin(): Promise<void> {
    const session = this.#page.session();
    const snapshot = this.#page.latest();
    if (session?.view.stage !== 'other-tab' || !snapshot || snapshot.callId !== session.callId) return;
    this.#tab.stop();
    await this.#page.takeUp(snapshot, { camera: snapshot.callType === 'video', muted: false });
  }

  /** Goes on with the call of another device here, which lets go of it; ours opens its microphone and camera before. */
  async takeHere(): Promise<void> {
    const session = this.#page.session();
    const { stage, callId, kind, canRejoin } = session?.view ?? {};
    if (!session || stage !== 'other-device' || !callId || !canRejoin) return;
    const gone = () => session !== this.#page.session() || session.isOver();
    session.patch({ canRejoin: false, refused: undefined });
    const open = await session.preJoin.open(kind === 'video');
    if (gone()) return;
    if (!open) return session.patch({ canRejoin: true });
    this.#taking = true;
    const answer = await ask<Partial<IceAnswer>>(this.#deps.socket, this.#deps.clock, 'webrtc-call-move', { callId });
    if (gone() || session.view.stage !== 'other-device') return;
    if (answer.ok) return this.#deps.ice.learn(answer.value);
    this.#taking = false;
    session.preJoin.leave();
    session.patch({ canRejoin: answer.code !== 'call_cannot_move', refused: answer.code });
  }

  /** The person does not want to hear of it. */
  putAway(session: CallSession): void {
    this.#away = session.callId;
    session.preJoin.leave();
  }

  /** Something else is shown, or nothing. */
  stop(): void {
    this.#tab.stop();
    this.#taking = false;
  }
}
