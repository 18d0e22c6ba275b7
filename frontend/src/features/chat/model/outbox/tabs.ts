import type { Outgoing } from './outgoing';

/** What the tabs of one person tell each other. */
export type TabMessage =
  | { type: 'put'; item: Outgoing; insteadOf?: string }
  | { type: 'gone'; clientMessageId: string }
  /** There is a connection: no need to wait for a timer. */
  | { type: 'wake' };

/** The other tabs of the same person in this browser. */
export interface Tabs {
  tell(message: TabMessage): void;
  listen(listener: (message: TabMessage) => void): void;
  /** Asks to be the one that sends; `onHeld` follows when it is our turn. `atOnce` takes it from a tab that is not answering. */
  request(onHeld: () => void, onLost: () => void, atOnce?: boolean): void;
  release(): void;
  close(): void;
}

const nameOf = (userId: string): string => `moodbites-outbox-${userId}`;

interface Browser {
  locks: Pick<LockManager, 'request'> | undefined;
  channel: Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'> | undefined;
}

function ofThisBrowser(userId: string): Browser {
  return {
    // Missing where the page came over plain HTTP from another machine. Then each tab sends, and the server stores once.
    locks: 'locks' in navigator ? navigator.locks : undefined,
    channel: 'BroadcastChannel' in globalThis ? new BroadcastChannel(nameOf(userId)) : undefined,
  };
}

/** By a Web Lock, which the browser gives to the next tab when one is closed or killed, and a BroadcastChannel. */
export function browserTabs(userId: string, { locks, channel } = ofThisBrowser(userId)): Tabs {
  let turn: { abort: AbortController; letGo?: () => void } | undefined;
  const release = () => {
    turn?.letGo?.();
    turn?.abort.abort();
    turn = undefined;
  };
  return {
    tell: (message) => channel?.postMessage(message),
    listen(listener) {
      if (channel) channel.onmessage = ({ data }: MessageEvent<TabMessage>) => listener(data);
    },
    request(onHeld, onLost, atOnce = false) {
      if (turn && !atOnce) return;
      release();
      const mine: NonNullable<typeof turn> = { abort: new AbortController() };
      turn = mine;
      if (!locks) {
        onHeld();
        return;
      }
      const held = () => {
        if (turn !== mine) return undefined;
        return new Promise<void>((done) => {
          mine.letGo = done;
          onHeld();
        });
      };
      // Rejects when it is withdrawn before our turn, and when another tab takes it from us.
      locks.request(nameOf(userId), atOnce ? { steal: true } : { signal: mine.abort.signal }, held).catch(() => {
        if (turn !== mine) return;
        turn = undefined;
        onLost();
      });
    },
    release,
    close() {
      release();
      channel?.close();
    },
  };
}
