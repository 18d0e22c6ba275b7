/** The browser's devices and its clock, small enough to be driven step by step. */
import type { Clock } from '../media/clock';
import type { Ear } from '../media/hearing';
import type { MediaSource } from '../media/media';
import type { ScreenSource } from '../media/screens';
import type { AnyDevice, Device, DeviceChoice } from '../media/types';

/** Lets everything that waits only for promises happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
}

export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.run();
      await settle();
    }
    this.#now = until;
  }

  /** Time goes by and no timer runs, as when the lid is shut. */
  sleep(ms: number): void {
    this.#now += ms;
  }
}

export class FakeTrack {
  enabled = true;
  muted = false;
  readyState: 'live' | 'ended' = 'live';
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  constructor(
    readonly kind: 'audio' | 'video',
    readonly deviceId = `${kind}-1`,
    readonly label = '',
  ) {}
  stop(): void {
    this.readyState = 'ended';
  }
  clone(): FakeTrack {
    return new FakeTrack(this.kind, this.deviceId, this.label);
  }
  contentHint = '';
  /** What a camera has; tests give one more or less. */
  lines = { now: 720, most: 1080 };
  getSettings(): MediaTrackSettings {
    if (this.kind === 'audio') return { deviceId: this.deviceId };
    return { deviceId: this.deviceId, width: (this.lines.now * 16) / 9, height: this.lines.now };
  }
  getCapabilities(): MediaTrackCapabilities {
    return { width: { max: (this.lines.most * 16) / 9 }, height: { max: this.lines.most } };
  }
  applyConstraints(wish: MediaTrackConstraints): Promise<void> {
    const height = typeof wish.height === 'object' ? wish.height.ideal : undefined;
    this.lines.now = Math.min(height ?? this.lines.now, this.lines.most);
    return Promise.resolve();
  }
}

export class FakeStream {
  #tracks: FakeTrack[];
  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = tracks;
  }
  getTracks = (): FakeTrack[] => [...this.#tracks];
  getAudioTracks = (): FakeTrack[] => this.#tracks.filter((track) => track.kind === 'audio');
  getVideoTracks = (): FakeTrack[] => this.#tracks.filter((track) => track.kind === 'video');
  addTrack = (track: FakeTrack): void => void this.#tracks.push(track);
  removeTrack = (track: FakeTrack): void => void (this.#tracks = this.#tracks.filter((other) => other !== track));
}

/** Hands out tracks, or fails as told. */
export class FakeDevices {
  asked: MediaStreamConstraints[] = [];
  given: FakeTrack[] = [];
  /** The name of the error that asking for this kind ends with. */
  errors: { audio?: string; video?: string } = {};
  /** Waits before it answers, like a person before a prompt. */
  gate: Promise<void> | undefined;
  prompts = new Set<Device>();
  /** What is plugged in; the first of a kind is what the browser gives unasked. */
  plugged = [
    { kind: 'audioinput', deviceId: 'audio-1', label: 'Built-in microphone' },
    { kind: 'audioinput', deviceId: 'audio-2', label: 'Headset' },
    { kind: 'videoinput', deviceId: 'video-1', label: 'Front camera' },
  ];
  /** How loud it is before the microphone. */
  loudness = 0.1;
  /** What the person chose in this browser before. */
  remembered: Partial<Record<AnyDevice, DeviceChoice>> = {};
  #listeners = new Set<() => void>();

  readonly getUserMedia = async (constraints: MediaStreamConstraints): Promise<MediaStream> => {
    this.asked.push(constraints);
    await this.gate;
    for (const kind of ['video', 'audio'] as const) {
      const error = this.errors[kind];
      if (constraints[kind] && error) throw new DOMException('fake', error);
    }
    const tracks = (['audio', 'video'] as const).filter((kind) => constraints[kind]).map((kind) => this.#trackOf(kind, constraints[kind]));
    this.given.push(...tracks);
    return new FakeStream(tracks) as unknown as MediaStream;
  };
  readonly listen = (): Ear => ({ level: () => this.loudness, close: () => undefined });
  readonly enumerateDevices = (): Promise<MediaDeviceInfo[]> => Promise.resolve(this.plugged as MediaDeviceInfo[]);
  readonly addEventListener = (_: string, listener: () => void): void => void this.#listeners.add(listener);
  readonly removeEventListener = (_: string, listener: () => void): void => void this.#listeners.delete(listener);

  change(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Its track ends, and the browser says that there are other devices now. */
  async unplug(deviceId: string): Promise<void> {
    this.plugged = this.plugged.filter((device) => device.deviceId !== deviceId);
    for (const track of this.given) {
      if (track.deviceId !== deviceId || track.readyState === 'ended') continue;
      track.readyState = 'ended';
      track.onended?.();
    }
    this.change();
    await settle();
  }

  async plug(kind: MediaDeviceKind, deviceId: string, label: string): Promise<void> {
    this.plugged = [...this.plugged, { kind, deviceId, label }];
    this.change();
    await settle();
  }

  #trackOf(kind: 'audio' | 'video', constraint: boolean | MediaTrackConstraints | undefined): FakeTrack {
    const { exact, ideal } = wishOf(constraint);
    const all = this.plugged.filter((device) => device.kind === `${kind}input`);
    const found = all.find(({ deviceId }) => deviceId === (exact ?? ideal)) ?? (exact === undefined ? all[0] : undefined);
    if (!found) throw new DOMException('fake', exact === undefined ? 'NotFoundError' : 'OverconstrainedError');
    return new FakeTrack(kind, found.deviceId, found.label);
  }

  /** Tracks that are still on. */
  get running(): ('audio' | 'video')[] {
    return this.given.filter((track) => track.readyState === 'live').map((track) => track.kind);
  }

  source(secure = true): MediaSource {
    return {
      devices: secure ? (this as unknown as NonNullable<MediaSource['devices']>) : undefined,
      createStream: () => new FakeStream() as unknown as MediaStream,
      mustAsk: (device) => Promise.resolve(this.prompts.has(device)),
      allows: (device) => Promise.resolve(!this.prompts.has(device) && this.errors[device === 'camera' ? 'video' : 'audio'] !== 'NotAllowedError'),
      memory: {
        recall: (device) => this.remembered[device],
        keep: (device, choice) => void (this.remembered[device] = choice),
      },
    };
  }
}

/** A browser that asks which screen to give, and gets the answer that a test sets. */
export class FakeScreens implements ScreenSource {
  asked: DisplayMediaStreamOptions[] = [];
  given: FakeTrack[] = [];
  /** The person ticks the box that shares sound too. */
  ticksSound = true;
  error: DOMException | undefined;
  gate: Promise<void> | undefined;
  givesSound = true;
  able = true;

  get capture(): ScreenSource['capture'] {
    if (!this.able) return undefined;
    return async (options) => {
      this.asked.push(options);
      await this.gate;
      if (this.error) throw this.error;
      const sound = options.audio !== false && this.givesSound && this.ticksSound;
      const tracks = [new FakeTrack('video', 'screen'), ...(sound ? [new FakeTrack('audio', 'screen-sound')] : [])];
      this.given.push(...tracks);
      return new FakeStream(tracks) as unknown as MediaStream;
    };
  }
}

/** By what a deviceId is asked for. */
function wishOf(constraint: boolean | MediaTrackConstraints | undefined): { exact?: unknown; ideal?: unknown } {
  const id = typeof constraint === 'object' ? constraint.deviceId : undefined;
  return typeof id === 'object' && !Array.isArray(id) ? id : {};
}
