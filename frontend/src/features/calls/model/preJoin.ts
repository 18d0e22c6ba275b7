import type { EngineDeps } from './deps';
import { hasRelay } from './ice';
import type { LocalMedia } from '../../../shared/media/media';
import type { CallView, Device } from './view';

const EXPLAIN_MS = 700;

/** The call that it is for. */
interface Call {
  readonly view: CallView;
  readonly media: LocalMedia;
  patch: (change: Partial<CallView>) => void;
  isOver: () => boolean;
}

/** Microphone and camera before a call: looked at, asked for and opened. */
export class PreJoin {
  readonly #deps: Pick<EngineDeps, 'settings' | 'media' | 'ice' | 'clock'>;
  readonly #call: Call;
  /** Grows with each wish for microphone and camera, and when they are let go. */
  #round = 0;
  /** What is there and may be used without a question, as was seen a moment ago. */
  #ready: readonly Device[] = [];

  constructor(deps: Pick<EngineDeps, 'settings' | 'media' | 'ice' | 'clock'>, call: Call) {
    this.#deps = deps;
    this.#call = call;
  }

  /** Microphone and camera are open before anything is placed or accepted; what follows is the person's to say. */
  async check(withCamera: boolean): Promise<void> {
    this.#call.patch({ checking: true, silenced: true });
    await this.open(withCamera);
  }

  /** It rings on, and nothing of ours is open. */
  leave(): void {
    this.#round += 1;
    this.#call.media.letGo();
    this.#call.patch({ checking: false, asking: [], problem: undefined, note: undefined });
  }

  /** Whether one should look at oneself before the call: the person wants it, or will be asked by the browser anyhow. */
  async looksFirst(withCamera: boolean): Promise<boolean> {
    if (this.#deps.settings.checkFirst) return true;
    const [asks] = await Promise.all([Promise.all(devicesOf(withCamera).map(this.#deps.media.mustAsk)), this.lookAhead()]);
    return asks.includes(true);
  }

  /** Looks, without opening anything, whether the devices will surely open. */
  async lookAhead(): Promise<void> {
    const devices = devicesOf(true);
    const ready = await Promise.all(devices.map((device) => this.#call.media.isReady(device)));
    this.#ready = devices.filter((_, n) => ready[n]);
  }

  /** They will: the other need not wait until they have. An old client is answered as ever. */
  surelyOpens(withCamera: boolean): boolean {
    return devicesOf(withCamera).every((device) => this.#ready.includes(device)) && !this.#deps.settings.relayOnly && !this.#call.view.legacy;
  }

  /** For a call that goes on without what can't be had; the note says what is missing. */
  async openMeanwhile(withCamera: boolean): Promise<void> {
    await this.open(withCamera);
    if (this.#call.view.problem) this.#call.patch({ note: this.#call.view.problem, problem: undefined });
  }

  /** Opens what the call needs; says so before the browser asks. False if it can't go on without. */
  async open(withCamera: boolean): Promise<boolean> {
    const wanted = devicesOf(withCamera);
    const round = ++this.#round;
    const gone = () => this.#call.isOver() || round !== this.#round;
    this.#call.patch({ problem: undefined });
    if (this.#deps.settings.relayOnly && !hasRelay(await this.#deps.ice.get())) {
      // Going by another way would show what the person wants hidden, and going by none would look like a broken call.
      if (!gone()) this.#call.patch({ problem: { kind: 'no-relay', device: 'microphone' } });
      return false;
    }
    const ready = this.#ready;
    this.#ready = [];
    const mustAsk = (device: Device) => (ready.includes(device) ? Promise.resolve(false) : this.#deps.media.mustAsk(device));
    const asks = await Promise.all(wanted.map(mustAsk));
    const asking = wanted.filter((_, n) => asks[n]);
    if (asking.length > 0 && !gone()) {
      this.#call.patch({ asking });
      await new Promise<void>((resolve) => this.#deps.clock.after(EXPLAIN_MS, resolve));
    }
    if (gone()) return false;
    const { problem, note } = await this.#call.media.open(withCamera);
    if (gone()) return false;
    this.#call.patch({ asking: [], problem, note: note ?? this.#call.view.note });
    return !problem;
  }
}

const devicesOf = (withCamera: boolean): Device[] => (withCamera ? ['microphone', 'camera'] : ['microphone']);
