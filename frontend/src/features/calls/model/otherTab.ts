import { type Clock, Deadline } from '../../../shared/media/clock';
import type { TabSeat } from './seat';

const LOOK_MS = 2_000;

/** Looks whether the tab that carries this device's call is still there; a reload leaves a gap, so it must be gone twice. */
export class OtherTab {
  readonly #seat: TabSeat;
  readonly #due: Deadline;
  #watched: string | undefined;

  constructor(seat: TabSeat, clock: Clock) {
    this.#seat = seat;
    this.#due = new Deadline(clock);
  }

  watch(callId: string, onFree: (free: boolean) => void): void {
    this.#watched = callId;
    let gone = 0;
    const look = async () => {
      gone = (await this.#seat.isFree(callId)) ? gone + 1 : 0;
      if (this.#watched !== callId) return;
      onFree(gone >= 2);
      this.#due.set(LOOK_MS, () => void look());
    };
    this.#due.set(LOOK_MS, () => void look());
  }

  stop(): void {
    this.#watched = undefined;
    this.#due.clear();
  }
}
