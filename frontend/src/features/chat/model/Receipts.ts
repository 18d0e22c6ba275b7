import type { Receipt } from '../../../shared/wire/types';

export type ReceiptKind = 'delivered' | 'read';

/** Both numbers only grow. */
export function growReceipt(old: Receipt, next: Partial<Receipt>): Receipt {
  const delivered = Math.max(old.delivered, next.delivered ?? 0, next.read ?? 0);
  const read = Math.max(old.read, next.read ?? 0);
  return delivered === old.delivered && read === old.read ? old : { delivered, read };
}

interface Pending {
  wanted: Receipt;
  told: Receipt;
  busy: boolean;
}

export interface ReceiptSenderDeps {
  send: (kind: ReceiptKind, conversationId: string, seq: number) => Promise<Receipt>;
  isOnline: () => boolean;
}

/** Tells the server how far this person has received and read: the newest number only, again after a break. */
export class ReceiptSender {
  readonly #deps: ReceiptSenderDeps;
  readonly #pending = new Map<string, Pending>();

  constructor(deps: ReceiptSenderDeps) {
    this.#deps = deps;
  }

  /** What the server is known to have. */
  know(conversationId: string, told: Receipt): void {
    const pending = this.#of(conversationId);
    pending.told = growReceipt(pending.told, told);
  }

  want(kind: ReceiptKind, conversationId: string, seq: number): void {
    const pending = this.#of(conversationId);
    pending.wanted = growReceipt(pending.wanted, { [kind]: seq });
    void this.#flush(conversationId, pending);
  }

  wake(): void {
    for (const [conversationId, pending] of this.#pending) void this.#flush(conversationId, pending);
  }

  forget(): void {
    this.#pending.clear();
  }

  #of(conversationId: string): Pending {
    const known = this.#pending.get(conversationId);
    if (known) return known;
    const zero = { delivered: 0, read: 0 };
    const made: Pending = { wanted: zero, told: zero, busy: false };
    this.#pending.set(conversationId, made);
    return made;
  }

  async #flush(conversationId: string, pending: Pending): Promise<void> {
    if (pending.busy) return;
    pending.busy = true;
    try {
      while (this.#deps.isOnline()) {
        const { wanted, told } = pending;
        // What was read was delivered: one message says both.
        const kind = wanted.read > told.read ? 'read' : wanted.delivered > told.delivered ? 'delivered' : null;
        if (kind === null) break;
        const seq = wanted[kind];
        await this.#deps.send(kind, conversationId, seq);
        pending.told = growReceipt(pending.told, { [kind]: seq });
      }
    } catch {
      // The next receipt or the next connection tries again.
    } finally {
      pending.busy = false;
    }
  }
}
