import { type Clock, Deadline } from '../../../../shared/media/clock';
import { Hearing, type Listen } from '../../../../shared/media/hearing';
import type { IceAnswer } from '../ice';
import { LocalMedia, type MediaSource } from '../../../../shared/media/media';
import { Store } from '../store';
import { NO_DEVICES, type AnyDevice, type CallView, type Chosen, type DeviceProblem } from '../view';
import { type Findings, type Part, type TrialResult, type Way, waysOf } from './findings';
import { asks, type CreateConnection, joinBy, type Loop } from './loop';
import { measure } from './speed';

export interface TrialDeps {
  fetchIceServers: () => Promise<IceAnswer>;
  createConnection: CreateConnection;
  media: MediaSource;
  listen: Listen;
  clock: Clock;
  keep: (result: TrialResult) => void;
}

export interface TrialView {
  state: 'running' | 'done' | 'no-server';
  findings: Findings;
  /** What is being looked at. */
  busy: readonly Part[];
  local: MediaStream | undefined;
  camera: CallView['camera'];
  devices: CallView['devices'];
  chosen: Chosen;
}

const HEARD = 0.02;
const LISTEN_MS = 12_000;
const LISTEN_STEP_MS = 100;

/** Everything that a call will need, tried on the day before: devices and ways at once, the speaker by asking the person. */
export class Trial {
  readonly view: Store<TrialView>;
  readonly #deps: TrialDeps;
  readonly #media: LocalMedia;
  readonly #hearing: Hearing;
  readonly #due: Deadline;
  /** When the last of it was found. */
  doneAt = 0;
  #stopped = false;

  constructor(deps: TrialDeps) {
    this.#deps = deps;
    this.view = new Store<TrialView>({
      state: 'running', findings: {}, busy: ['camera', 'microphone', 'speaker', 'direct'], local: undefined, camera: 'off', devices: NO_DEVICES, chosen: {},
    });
    this.#hearing = new Hearing(deps.listen, deps.clock, () => undefined);
    this.#due = new Deadline(deps.clock);
    this.#media = new LocalMedia(deps.media, () => undefined, () => this.#mediaChanged());
  }

  readonly level = (): number => this.#hearing.level();

  async run(): Promise<void> {
    await Promise.all([this.#tryDevices(), this.#tryWays()]);
  }

  async choose(device: AnyDevice, id: string): Promise<void> {
    if (device === 'speaker') return this.#media.chooseSpeaker(id);
    const problem = await this.#media.choose(device, id);
    if (problem) this.#find(device, { what: 'problem', problem });
    else if (device === 'camera') this.#find('camera', { what: 'works' });
    else this.#listenFor();
  }

  /** The microphone once more: the person was silent, or has switched it on. */
  listenAgain(): void {
    this.#listenFor();
  }

  /** Camera and microphone once more, after the person did something about a problem. */
  retryDevices(): Promise<void> {
    for (const part of ['camera', 'microphone'] as const) this.#begin(part);
    return this.#tryDevices();
  }

  /** What the person says of the bell. */
  heard(yes: boolean): void {
    this.#find('speaker', { what: yes ? 'works' : 'unheard' });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#due.clear();
    this.#hearing.stop();
    this.#media.close();
  }

  async #tryDevices(): Promise<void> {
    const { problem, note } = await this.#media.open(true);
    if (this.#stopped) return;
    if (problem) {
      this.#find('microphone', { what: 'problem', problem });
      // Its own word, for it is another device with another permission.
      const alone: DeviceProblem | undefined = problem.kind === 'insecure' ? problem : await this.#media.setCamera(true);
      this.#find('camera', alone ? { what: 'problem', problem: { ...alone, device: 'camera' } } : { what: 'works' });
      return;
    }
    this.#find('camera', note ? { what: 'problem', problem: note } : { what: 'works' });
    this.#listenFor();
  }

  #listenFor(): void {
    const until = this.#deps.clock.now() + LISTEN_MS;
    this.#begin('microphone');
    const look = () => {
      if (this.level() > HEARD) this.#find('microphone', { what: 'works' });
      else if (this.#deps.clock.now() >= until) this.#find('microphone', { what: 'silent' });
      else this.#due.set(LISTEN_STEP_MS, look);
    };
    look();
  }

  /** One after the other: a person may have only so many relays at a time, and what is measured is to have the line for itself. */
  async #tryWays(): Promise<void> {
    const { createConnection, clock } = this.#deps;
    const answer = await this.#deps.fetchIceServers().catch(() => undefined);
    if (!answer) return this.#patch({ state: 'no-server', busy: this.view.get().busy.filter((part) => part !== 'direct') });
    const ways = waysOf(answer.iceServers);
    if (ways.direct.length === 0) this.#find('direct', { what: 'none' });
    else {
      let open = false;
      for (const server of ways.direct) open ||= await asks(server, createConnection, clock);
      this.#find('direct', { what: open ? 'works' : 'blocked' });
    }
    let measured = false;
    let offered = false;
    for (const way of ['udp', 'tcp', 'tls'] as const) {
      if (this.#isOver() || ways[way].length === 0) continue;
      offered = true;
      this.#begin(way);
      const loop = await this.#tryRelay(way, ways[way]);
      if (loop && !measured && !this.#isOver()) {
        measured = true;
        this.#begin('speed');
        this.#find('speed', { what: 'speed', ...(await measure(loop, clock)) });
      }
      loop?.close();
    }
    if (!offered) this.#find('relay', { what: 'none' });
    if (!measured) this.#find('speed', { what: 'none' });
  }

  #isOver(): boolean {
    return this.#stopped;
  }

  async #tryRelay(way: Way, servers: readonly RTCIceServer[]): Promise<Loop | undefined> {
    let what: 'blocked' | 'refused' = 'blocked';
    for (const server of servers) {
      const joined = await joinBy(server, this.#deps.createConnection, this.#deps.clock);
      if ('loop' in joined) {
        this.#find(way, { what: 'works' });
        return joined.loop;
      }
      what = joined.failed;
    }
    this.#find(way, { what });
    return undefined;
  }

  #begin(part: Part): void {
    const { busy, findings, state } = this.view.get();
    const { [part]: _, ...others } = findings;
    this.#patch({ busy: [...busy.filter((other) => other !== part), part], findings: others, state: state === 'done' ? 'running' : state });
  }

  #find(part: Part, finding: Findings[Part]): void {
    if (this.#stopped) return;
    const { busy, findings, state } = this.view.get();
    const left = busy.filter((other) => other !== part);
    const found = { ...findings, [part]: finding };
    // Who can't be asked for the speaker now has a result all the same.
    const done = left.every((other) => other === 'speaker') && found.speed !== undefined;
    if (done) this.doneAt = this.#deps.clock.now();
    this.#patch({ findings: found, busy: left, state: done ? 'done' : state });
    if (done) this.#deps.keep({ at: this.doneAt, findings: found });
  }

  #mediaChanged(): void {
    this.#hearing.follow(this.#media.audio);
    const { stream, camera, lists, chosen } = this.#media;
    this.#patch({ local: stream, camera, devices: lists, chosen: { ...chosen } });
  }

  #patch(change: Partial<TrialView>): void {
    if (!this.#stopped) this.view.set({ ...this.view.get(), ...change });
  }
}
