import type { ErrorCode } from '../../../shared/wire/errors';
import type { RecordingStands } from '../../../shared/wire/types';
import type { Clock } from '../../../shared/media/clock';
import type { Side } from '../../../shared/media/recording/composer';
import { CONSENT, Recorder } from '../../../shared/media/recording/Recorder';
import type { CallRecordingWays } from '../model/deps';
import { ask, type CallSocket } from '../model/socket';
import { Store } from '../model/store';
import type { CallView } from '../model/view';

export interface RecordingView {
  /** How the last recording of this page's call stands. */
  stands: RecordingStands | undefined;
  /** The server is being asked for something. */
  busy: boolean;
  problem: ErrorCode | undefined;
}

/** What this page shares of its screen. */
interface Screen {
  video: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
}

const NONE: RecordingView = { stands: undefined, busy: false, problem: undefined };

/**
 * The recording of this page's call. What it is allowed to do is what the server says of it, by `recording`; the page of
 * who asked makes it, from both consents until either stops it, takes their consent back, or the call ends.
 */
export class CallRecording {
  readonly view = new Store<RecordingView>(NONE);
  readonly #socket: CallSocket;
  readonly #clock: Clock;
  readonly #ways: CallRecordingWays | undefined;
  readonly #calls: Store<CallView | null>;
  readonly #ownScreen: () => Screen;
  readonly #recorder: Recorder;
  readonly #unwatch: () => void;
  #key: number | undefined;
  /** Asked for by this very page. */
  #ours: string | undefined;
  #latest: RecordingStands | undefined;
  /** The person has read it. */
  #put: RecordingStands | undefined;

  constructor(socket: CallSocket, clock: Clock, ways: CallRecordingWays | undefined, calls: Store<CallView | null>, ownScreen: () => Screen) {
    this.#ownScreen = ownScreen;
    this.#socket = socket;
    this.#clock = clock;
    this.#ways = ways;
    this.#calls = calls;
    this.#recorder = new Recorder({
      clock,
      ways,
      stopped: () => this.#sayStop(),
      sent: (recordingId, done) => ask(socket, clock, 'recording-finish', { recordingId, ...done }),
      failed: (problem) => this.#patch({ problem }),
    });
    this.#unwatch = calls.subscribe(() => this.#callChanged());
  }

  /** Whether this browser can make one. */
  get possible(): boolean {
    return this.#recorder.possible;
  }

  dispose(): void {
    this.#unwatch();
    void this.#recorder.finish();
  }

  /** The server says how one stands. */
  heard(stands: RecordingStands): void {
    const known = this.#latest;
    if (known?.recordingId === stands.recordingId && known.version >= stands.version) return;
    this.#latest = stands;
    this.#show();
  }

  /** It may be known before the call that it is of. */
  #show(): void {
    const stands = this.#latest;
    if (!stands || stands === this.view.get().stands || stands.callId !== this.#calls.get()?.callId) return;
    this.#patch({ stands, problem: undefined });
    this.#follow();
  }

  /** Asks the other, and agrees by that. */
  async request(): Promise<void> {
    const callId = this.#calls.get()?.callId;
    if (callId === undefined) return;
    const asked = await this.#ask<RecordingStands>('recording-request', { callId, consent: CONSENT });
    if (!asked) return;
    this.#ours = asked.recordingId;
    this.heard(asked);
    this.#follow();
  }

  async answer(agreed: boolean): Promise<void> {
    await this.#about('recording-answer', { consent: agreed ? CONSENT : null });
  }

  async stop(): Promise<void> {
    if (this.#recorder.running) await this.#recorder.finish();
    else await this.#about('recording-stop');
  }

  /** Takes the consent back: nothing is left of it, for either. */
  async withdraw(): Promise<void> {
    this.#recorder.drop();
    await this.#about('recording-withdraw');
  }

  /** Puts away what was said about the last one. */
  close(): void {
    const { stands } = this.view.get();
    const open = stands && (stands.state === 'asked' || stands.state === 'running' || stands.state === 'stopped');
    if (!open) this.#put = this.#latest;
    this.#patch(open ? { problem: undefined } : NONE);
  }

  #about(event: string, more: object = {}): Promise<unknown> {
    const { stands } = this.view.get();
    return stands ? this.#ask(event, { recordingId: stands.recordingId, ...more }) : Promise.resolve(undefined);
  }

  async #ask<T>(event: string, payload: object): Promise<T | undefined> {
    this.#patch({ busy: true, problem: undefined });
    const answer = await ask<T>(this.#socket, this.#clock, event, payload);
    this.#patch({ busy: false, problem: answer.ok ? undefined : answer.code });
    return answer.ok ? answer.value : undefined;
  }

  #patch(change: Partial<RecordingView>): void {
    this.view.set({ ...this.view.get(), ...change });
  }

  #callChanged(): void {
    const call = this.#calls.get();
    if (call && call.key !== this.#key) {
      void this.#recorder.finish();
      this.#key = call.key;
      this.view.set(NONE);
    }
    if (call?.stage === 'ended') void this.#recorder.finish();
    else if (call && this.#latest !== this.#put) this.#show();
  }

  /** Does what is this page's part in how it stands. */
  #follow(): void {
    const call = this.#calls.get();
    const { stands } = this.view.get();
    if (!call || !stands || stands.recorderId === call.peer.userId) return;
    const ours = stands.recordingId === this.#ours;
    if (stands.state === 'running' && call.stage === 'live') {
      if (ours) this.#recorder.start(stands.recordingId, { sides: () => this.#sides(), height: 480 });
      // It was this page's, before it was loaded again: what had come of it is kept.
      else if (this.#ours === undefined) void this.stop();
    } else if (stands.state === 'stopped') void this.#recorder.finish();
    else if (stands.state !== 'asked' && stands.state !== 'running') this.#recorder.drop();
  }

  #sides(): [Side, Side] {
    const call = this.#calls.get();
    const screen = this.#ownScreen();
    const theirs = call?.sharing.theirs;
    const face = (stream: MediaStream | undefined, seen: boolean) => (seen ? stream?.getVideoTracks()[0] : undefined);
    return [
      {
        name: this.#ways?.ownName() ?? '',
        picture: screen.video ?? face(call?.local, call?.camera === 'on'),
        sounds: [call?.local?.getAudioTracks()[0], screen.audio ?? undefined],
      },
      {
        name: call?.peer.name ?? '',
        picture: theirs?.getVideoTracks()[0] ?? face(call?.remote, call?.remotePicture === true),
        sounds: [call?.remote?.getAudioTracks()[0], theirs?.getAudioTracks()[0]],
      },
    ];
  }

  /** Where it has ended already there is nothing to say. */
  #sayStop(): void {
    if (this.view.get().stands?.state === 'running' && this.#ours !== undefined) this.#socket.emit('recording-stop', { recordingId: this.#ours });
  }
}
