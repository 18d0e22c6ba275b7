import type { CallSnapshot } from '../../../shared/wire/types';
import type { SessionStart } from './session';

const KNOWN_MAX = 50;

/** What the server has said, in the order of its versions: a snapshot of a call older than one that was taken is refused. */
export class SnapshotLog {
  /** The call that runs, as last heard; none once it has ended. */
  latest: CallSnapshot | undefined;
  readonly #versions = new Map<string, number>();

  take(snapshot: CallSnapshot): boolean {
    const { callId, version } = snapshot;
    if (version < (this.#versions.get(callId) ?? -1)) return false;
    this.#versions.delete(callId);
    this.#versions.set(callId, version);
    const oldest = this.#versions.keys().next();
    if (this.#versions.size > KNOWN_MAX && !oldest.done) this.#versions.delete(oldest.value);
    if (snapshot.state !== 'ended') this.latest = snapshot;
    else if (this.latest?.callId === callId) this.latest = undefined;
    return true;
  }

  clear(): void {
    this.latest = undefined;
  }
}

export function otherOf(snapshot: CallSnapshot): { userId: string; name: string } {
  const role = snapshot.direction === 'incoming' ? 'caller' : 'callee';
  const { userId = '', name = '' } = snapshot.parties.find((party) => party.role === role) ?? {};
  return { userId, name };
}

export function meOf(snapshot: CallSnapshot): { name: string } {
  const role = snapshot.direction === 'incoming' ? 'callee' : 'caller';
  return { name: snapshot.parties.find((party) => party.role === role)?.name ?? '' };
}

export function startOf(snapshot: CallSnapshot): Omit<SessionStart, 'stage'> {
  const { callId, direction, callType: kind, legacy } = snapshot;
  return { callId, peer: otherOf(snapshot), direction, kind, legacy };
}
