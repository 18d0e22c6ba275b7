import { Observable, type Readable } from '../../../../shared/lib/observable';
import type { Outgoing } from './outgoing';

/** Ids that were seen in the log, or given up, are remembered for a while: other tabs and the storage may still name them. */
const OVER = 1000;

/** What is in the outbox, in the order of writing. */
export class Items {
  readonly #list = new Observable<readonly Outgoing[]>([]);
  readonly #over = new Set<string>();
  #place = 0;

  get list(): Readable<readonly Outgoing[]> {
    return this.#list;
  }

  of(clientMessageId: string): Outgoing | undefined {
    return this.#list.value.find((item) => item.clientMessageId === clientMessageId);
  }

  nextPlace(now: Date): number {
    return Math.max(now.getTime(), this.#place + 1);
  }

  insert(item: Outgoing): void {
    this.#place = Math.max(this.#place, item.place);
    this.#list.update((items) => [...items, item].sort((a, b) => a.place - b.place));
  }

  change(change: (item: Outgoing) => Outgoing): void {
    this.#list.update((items) => items.map(change));
  }

  replace(item: Outgoing): void {
    this.change((each) => (each.clientMessageId === item.clientMessageId ? item : each));
  }

  drop(clientMessageId: string): void {
    this.#list.update((items) => items.filter((item) => item.clientMessageId !== clientMessageId));
  }

  isOver(clientMessageId: string): boolean {
    return this.#over.has(clientMessageId);
  }

  setOver(clientMessageId: string): void {
    this.#over.add(clientMessageId);
    if (this.#over.size > OVER) for (const first of [...this.#over].slice(0, OVER / 2)) this.#over.delete(first);
  }
}
