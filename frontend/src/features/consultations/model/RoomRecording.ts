import { codeOf } from '../../../shared/lib/errors';
import { Observable, type Readable } from '../../../shared/lib/observable';
import type { Clock } from '../../../shared/media/clock';
import type { Side } from '../../../shared/media/recording/composer';
import { CONSENT, Recorder } from '../../../shared/media/recording/Recorder';
import type { StartTape } from '../../../shared/media/recording/Tape';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { RecordingStands } from '../../../shared/wire/types';
import type { Consultation, RoomApi } from '../api';
import type { Given } from './port';

const HEIGHT = 720;

export interface RoomRecordingDeps {
  api: RoomApi;
  clock: Clock;
  /** None where this browser can't. */
  startTape: StartTape | undefined;
  given: () => Given[];
  setRecorded: (on: boolean) => void;
  /** How it stands is to be looked at. */
  look: () => void;
}

export interface RoomRecordingView {
  stands: RecordingStands | undefined;
  busy: boolean;
  problem: ErrorCode | undefined;
}

/** Whether somebody is to agree before they come in: they were not there when the others were asked. */
export function mustAgree({ recording, you }: Consultation): boolean {
  const { state, agreed = [], awaited = [] } = recording ?? {};
  if (agreed.includes(you.identity)) return false;
  return state === 'running' || state === 'starting' || (state === 'asked' && !awaited.includes(you.identity));
}

/** The recording of a room. What may be done is what the server says of it; unless the media server makes it, the page of the host who asked does, of those alone who have agreed. */
export class RoomRecording {
  readonly #deps: RoomRecordingDeps;
  readonly #view = new Observable<RoomRecordingView>({ stands: undefined, busy: false, problem: undefined });
  readonly #recorder: Recorder;
  /** Asked for by this very page. */
  #ours: string | undefined;
  /** The person has read how it ended. */
  #put: string | undefined;
  #stood: RecordingStands | undefined;

  constructor(deps: RoomRecordingDeps) {
    this.#deps = deps;
    const { api, clock, startTape } = deps;
    this.#recorder = new Recorder({
      clock,
      ways: startTape && { startTape, put: api.recording.put },
      stopped: (id) => {
        deps.setRecorded(false);
        if (this.#stood?.state === 'running') void api.recording.stop(id).catch(() => undefined);
      },
      sent: (id, done) => api.recording.finish(id, done).catch(() => undefined),
      failed: (problem) => this.#patch({ problem }),
    });
  }

  get view(): Readable<RoomRecordingView> {
    return this.#view;
  }

  get possible(): boolean {
    return this.#recorder.possible;
  }

  /** The server says how the consultation stands; `inside` while we are in its room. */
  take({ recording, you }: Consultation, inside: boolean): void {
    const known = this.#stood;
    const stands = recording && known?.recordingId === recording.recordingId && known.version > recording.version ? known : recording;
    this.#stood = stands;
    if (stands?.recordingId !== known?.recordingId || stands?.version !== known?.version) this.#show();
    if (!stands || stands.recorderId !== you.identity || stands.maker === 'server') return;
    if (stands.state === 'running') {
      if (stands.recordingId !== this.#ours) {
        // It was this page's, before it was loaded again: what had come of it is kept.
        if (this.#ours === undefined && inside) void this.#about((id) => this.#deps.api.recording.stop(id));
      } else if (inside && !this.#recorder.running) {
        this.#deps.setRecorded(true);
        this.#recorder.start(stands.recordingId, { sides: () => this.#sides(), height: HEIGHT });
      }
    } else if (stands.state === 'stopped') void this.#recorder.finish();
    else if (stands.state !== 'asked') this.#drop();
  }

  /** By the media server where it can, unless it is to be this `browser`. */
  async request(browser = false): Promise<void> {
    await this.#run(async () => {
      const { recording } = await this.#deps.api.record(CONSENT, browser);
      this.#ours = recording?.recordingId;
    });
  }

  answer(agreed: boolean): Promise<void> {
    return this.#about((id) => this.#deps.api.recording.answer(id, agreed ? CONSENT : null));
  }

  async stop(): Promise<void> {
    if (this.#recorder.running) await this.#run(() => this.#recorder.finish());
    else await this.#about((id) => this.#deps.api.recording.stop(id));
  }

  /** Takes the consent back: nothing is left of it, for anybody. */
  withdraw(): Promise<void> {
    this.#drop();
    return this.#about((id) => this.#deps.api.recording.withdraw(id));
  }

  /** We are in the room no more. */
  leave(): void {
    void this.#recorder.finish();
  }

  /** Puts away what was said about the last one. */
  close(): void {
    this.#put = this.#stood && `${this.#stood.recordingId} ${this.#stood.state}`;
    this.#patch({ problem: undefined });
    this.#show();
  }

  /** Who has agreed, and nobody else: screens first, then faces, then names. */
  #sides(): Side[] {
    const agreed = this.#stood?.agreed ?? [];
    const people = this.#deps.given().filter(({ identity }) => agreed.includes(identity));
    const screens: Side[] = people.filter(({ screen }) => screen).map(({ name, screen }) => ({ name, picture: screen, sounds: [] }));
    const faces: Side[] = people.map(({ name, camera, sounds }) => ({ name, picture: camera, sounds }));
    return [...screens, ...faces.sort((a, b) => Number(b.picture !== undefined) - Number(a.picture !== undefined))];
  }

  #about(what: (id: string) => Promise<unknown>): Promise<void> {
    const id = this.#stood?.recordingId;
    return id === undefined ? Promise.resolve() : this.#run(() => what(id));
  }

  async #run(what: () => Promise<unknown>): Promise<void> {
    this.#patch({ busy: true, problem: undefined });
    try {
      await what();
    } catch (error) {
      this.#patch({ problem: codeOf(error) });
    }
    this.#patch({ busy: false });
    this.#deps.look();
  }

  #drop(): void {
    if (this.#recorder.running) this.#deps.setRecorded(false);
    this.#recorder.drop();
  }

  #show(): void {
    const stands = this.#stood;
    this.#patch({ stands: stands && `${stands.recordingId} ${stands.state}` === this.#put ? undefined : stands });
  }

  #patch(part: Partial<RoomRecordingView>): void {
    this.#view.update((view) => ({ ...view, ...part }));
  }
}
