import { Observable, type Readable } from '../../../shared/lib/observable';
import { readStored, writeStored } from '../../../shared/lib/storage';

type DraftMap = Readonly<Record<string, string>>;

const keyOf = (userId: string): string => `moodbites.drafts.${userId}`;

function read(userId: string): DraftMap {
  try {
    const value: unknown = JSON.parse(readStored(keyOf(userId)) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  } catch {
    return {};
  }
}

/** What was begun and not sent, per person written to; kept on this device. */
export class Drafts {
  readonly #state: Observable<DraftMap>;

  constructor(private readonly userId: string) {
    this.#state = new Observable(read(userId));
  }

  get state(): Readable<DraftMap> {
    return this.#state;
  }

  of(otherId: string): string {
    return this.#state.value[otherId] ?? '';
  }

  set(otherId: string, text: string): void {
    if (this.of(otherId) === text) return;
    const { [otherId]: _, ...others } = this.#state.value;
    this.#state.set(text.trim() === '' ? others : { ...others, [otherId]: text });
    const empty = Object.keys(this.#state.value).length === 0;
    writeStored(keyOf(this.userId), empty ? null : JSON.stringify(this.#state.value));
  }
}

export function forgetDrafts(userId: string): void {
  writeStored(keyOf(userId), null);
}
