import { Observable, type Readable } from '../../../shared/lib/observable';
import type { Entry } from '../../../shared/wire/types';

/** What the text in the field is going to be, other than a message of its own. */
export type Aim = { kind: 'reply'; entry: Entry } | { kind: 'edit'; entry: Entry; text: string };

/** One a person written to; the draft of a new message stays as it is while an old one is edited. */
export class Aims {
  readonly #state = new Observable<ReadonlyMap<string, Aim>>(new Map());

  get state(): Readable<ReadonlyMap<string, Aim>> {
    return this.#state;
  }

  of(otherId: string): Aim | undefined {
    return this.#state.value.get(otherId);
  }

  set(otherId: string, aim: Aim | null): void {
    const next = new Map(this.#state.value);
    if (aim) next.set(otherId, aim);
    else next.delete(otherId);
    this.#state.set(next);
  }

  take(otherId: string): Aim | undefined {
    const aim = this.of(otherId);
    if (aim) this.set(otherId, null);
    return aim;
  }

  takeReply(otherId: string): Aim | undefined {
    return this.of(otherId)?.kind === 'reply' ? this.take(otherId) : undefined;
  }
}
