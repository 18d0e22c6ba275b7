import type { TabMessage } from './tabs';

type Held = (lock: Lock | null) => unknown;

/** One browser's locks and channels, as several tabs of it see them. */
export class FakeBrowser {
  readonly #queue: { tab: number; run: Held; reject: (reason: unknown) => void; settle: () => void }[] = [];
  readonly #channels: { tab: number; channel: { onmessage: ((event: MessageEvent<TabMessage>) => void) | null } }[] = [];
  #tabs = 0;

  tab() {
    const tab = (this.#tabs += 1);
    const channel = {
      onmessage: null as ((event: MessageEvent<TabMessage>) => void) | null,
      postMessage: (data: TabMessage) => {
        for (const other of this.#channels) {
          if (other.tab !== tab) queueMicrotask(() => other.channel.onmessage?.({ data: structuredClone(data) } as MessageEvent<TabMessage>));
        }
      },
      close: () => undefined,
    };
    this.#channels.push({ tab, channel });
    const request = (_name: string, options: { steal?: boolean; signal?: AbortSignal }, run: Held) =>
      new Promise<void>((settle, reject) => {
        const mine = { tab, run, reject, settle };
        if (options.steal) this.#queue.shift()?.reject(new Error('stolen'));
        this.#queue[options.steal ? 'unshift' : 'push'](mine);
        options.signal?.addEventListener('abort', () => {
          // As with real locks: once held, withdrawing does nothing.
          const at = this.#queue.indexOf(mine);
          if (at > 0) this.#queue.splice(at, 1);
          if (at > 0) reject(new Error('aborted'));
        });
        if (this.#queue[0] === mine) void this.#next();
      });
    return { locks: { request }, channel } as unknown as { locks: LockManager; channel: BroadcastChannel; number: number };
  }

  /** The tab of whoever holds the lock is killed: nothing of it runs any more. */
  kill(): void {
    const [gone] = this.#queue.splice(0, 1);
    const at = this.#channels.findIndex(({ tab }) => tab === gone?.tab);
    this.#channels.splice(at, 1);
    void this.#next();
  }

  async #next(): Promise<void> {
    const first = this.#queue[0];
    if (!first) return;
    await Promise.resolve();
    await first.run({} as Lock);
    if (this.#queue[0] !== first) return;
    this.#queue.shift();
    first.settle();
    void this.#next();
  }
}
