import { randomId } from '../../../shared/lib/ids';
import { Observable, type Readable } from '../../../shared/lib/observable';
import { categoryOf } from '../../../shared/lib/fileKind';
import type { OpenPictures } from '../../../shared/pictures/open';
import { MAX_FILES } from './limits';
import { prepare, type Prepared, type Refusal } from './prepare';

/** A file that was picked, before it is sent. */
export interface Picked {
  id: string;
  name: string;
  type: string;
  size: number;
  /** Taken for a picture, so freed of its position. */
  isPicture: boolean;
  caption: string;
  state: { is: 'preparing' } | { is: 'ready'; prepared: Prepared } | { is: 'refused'; why: Refusal };
}

export interface TrayState {
  items: readonly Picked[];
  /** The one that is shown large. */
  selected: string | null;
  /** So many were left out, since they were too many at once. */
  leftOut: number;
}

const EMPTY: TrayState = { items: [], selected: null, leftOut: 0 };

/** What was picked, dropped or pasted, until it is sent or put away. Pictures are prepared one after the other. */
export class Tray {
  readonly #state = new Observable<TrayState>(EMPTY);
  readonly #open: OpenPictures;
  #work: Promise<void> = Promise.resolve();

  constructor(open: OpenPictures) {
    this.#open = open;
  }

  get state(): Readable<TrayState> {
    return this.#state;
  }

  add(files: readonly File[]): void {
    if (files.length === 0) return;
    const room = Math.max(0, MAX_FILES - this.#state.value.items.length);
    const taken = files.slice(0, room).map((file) => ({ file, id: randomId() }));
    const fresh = taken.map(({ file, id }): Picked => ({ id, name: file.name, type: file.type, size: file.size, isPicture: categoryOf(file.name, file.type) === 'image', caption: '', state: { is: 'preparing' } }));
    this.#state.update(({ items, selected, leftOut }) => ({
      items: [...items, ...fresh],
      selected: selected ?? fresh[0]?.id ?? null,
      leftOut: leftOut + files.length - taken.length,
    }));
    for (const { file, id } of taken) this.#work = this.#work.then(() => this.#prepare(id, file));
  }

  select(id: string): void {
    this.#state.update((state) => ({ ...state, selected: id }));
  }

  caption(id: string, caption: string): void {
    this.#patch(id, { caption });
  }

  remove(id: string): void {
    this.#state.update((state) => {
      const at = state.items.findIndex((item) => item.id === id);
      const items = state.items.filter((item) => item.id !== id);
      const selected = state.selected === id ? ((items[at] ?? items[at - 1])?.id ?? null) : state.selected;
      return items.length === 0 ? EMPTY : { items, selected, leftOut: 0 };
    });
  }

  clear(): void {
    this.#state.set(EMPTY);
  }

  /** What can be sent leaves the tray; null while something is still being prepared, or nothing can be sent. */
  take(): { prepared: Prepared; caption: string }[] | null {
    const { items } = this.#state.value;
    if (!isSendable(items)) return null;
    this.clear();
    return items.flatMap(({ state, caption }) => (state.is === 'ready' ? [{ prepared: state.prepared, caption: caption.trim() }] : []));
  }

  async #prepare(id: string, file: File): Promise<void> {
    // Put away in the meantime.
    if (!this.#state.value.items.some((item) => item.id === id)) return;
    const result = await prepare(file, this.#open);
    this.#patch(id, 'ok' in result
      ? { name: result.ok.name, type: result.ok.type, size: result.ok.blob.size, state: { is: 'ready', prepared: result.ok } }
      : { state: { is: 'refused', why: result.refused } });
  }

  #patch(id: string, change: Partial<Picked>): void {
    this.#state.update((state) => ({ ...state, items: state.items.map((item) => (item.id === id ? { ...item, ...change } : item)) }));
  }
}

export function isSendable(items: readonly Picked[]): boolean {
  return items.some(({ state }) => state.is === 'ready') && items.every(({ state }) => state.is !== 'preparing');
}
