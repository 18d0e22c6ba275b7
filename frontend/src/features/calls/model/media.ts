import { classify } from './mediaErrors';
import { NO_DEVICES, type Device, type DeviceLists, type DeviceProblem } from './view';

/** The part of the browser that hands out microphones and cameras. */
export interface MediaSource {
  /** `undefined` on an insecure page. */
  devices: Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'> | undefined;
  createStream: () => MediaStream;
  /** Whether the browser will ask before it gives the device. */
  mustAsk: (device: Device) => Promise<boolean>;
}

export const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
export const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

const LINES = 720;

export type Opened = { problem?: DeviceProblem; note?: DeviceProblem };

/** Our own microphone and camera for the time of one call. What is off is let go, so that its light goes out. */
export class LocalMedia {
  readonly stream: MediaStream;
  muted = false;
  camera: 'on' | 'off' | 'starting' = 'off';
  lists: DeviceLists = NO_DEVICES;
  readonly chosen: { microphone?: string; camera?: string; speaker?: string } = {};
  readonly #source: MediaSource;
  readonly #onTrack: (kind: 'audio' | 'video', track: MediaStreamTrack | null) => void;
  readonly #onChange: (lost?: DeviceProblem) => void;
  #closed = false;
  /** A microphone was opened, so one that goes away is to be replaced. */
  #wantsVoice = false;
  #cameraWish = 0;
  #lines = LINES;

  constructor(
    source: MediaSource,
    onTrack: (kind: 'audio' | 'video', track: MediaStreamTrack | null) => void,
    onChange: (lost?: DeviceProblem) => void,
  ) {
    this.#source = source;
    this.#onTrack = onTrack;
    this.#onChange = onChange;
    this.stream = source.createStream();
    source.devices?.addEventListener('devicechange', this.#devicesChanged);
  }

  get audio(): MediaStreamTrack | null {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get video(): MediaStreamTrack | null {
    return this.stream.getVideoTracks()[0] ?? null;
  }

  /** Opens the microphone, and the camera where wanted. Without a camera a video call goes on by voice, with a note. */
  async open(withCamera: boolean): Promise<Opened> {
    if (!this.#source.devices) return { problem: { kind: 'insecure', device: 'microphone' } };
    if (withCamera) {
      try {
        const got = await this.#get({ audio: this.#audioWish(), video: this.#videoWish() });
        this.#take(got);
        await this.#refresh();
        return {};
      } catch (error) {
        const voice = await this.#openVoice();
        if (voice.problem) return voice;
        return { note: { kind: classify(error), device: 'camera' } };
      }
    }
    return this.#openVoice();
  }

  async #openVoice(): Promise<Opened> {
    try {
      this.#take(await this.#get({ audio: this.#audioWish(), video: false }));
      await this.#refresh();
      return {};
    } catch (error) {
      return { problem: { kind: classify(error), device: 'microphone' } };
    }
  }

  /** The camera has this many lines to give, held either way. */
  canGive(lines: number): boolean {
    const { width, height } = (this.video as Partial<MediaStreamTrack> | null)?.getCapabilities?.() ?? {};
    return Math.min(width?.max ?? 0, height?.max ?? 0) >= lines;
  }

  /** Asks the running camera for so many lines; it gives what it can. */
  async sharpen(lines: number): Promise<void> {
    if (lines === this.#lines) return;
    this.#lines = lines;
    await this.video?.applyConstraints(this.#videoWish()).catch(() => undefined);
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    if (this.audio) this.audio.enabled = !muted;
    this.#onChange();
  }

  /** Off stops the track; on again gets a new one. The last wish counts, however fast they come. */
  async setCamera(on: boolean): Promise<DeviceProblem | undefined> {
    const wish = ++this.#cameraWish;
    if (!on) {
      this.#drop('video');
      this.camera = 'off';
      this.#onChange();
      return undefined;
    }
    if (this.camera !== 'off') return undefined;
    this.camera = 'starting';
    this.#onChange();
    try {
      const got = await this.#get({ audio: false, video: this.#videoWish() });
      if (wish === this.#cameraWish) this.#take(got);
      else for (const track of got.getTracks()) track.stop();
      await this.#refresh();
      return undefined;
    } catch (error) {
      if (wish !== this.#cameraWish) return undefined;
      this.camera = 'off';
      this.#onChange();
      return { kind: classify(error), device: 'camera' };
    }
  }

  async choose(device: Device, id: string): Promise<DeviceProblem | undefined> {
    this.chosen[device] = id;
    if (device === 'camera' && this.camera !== 'on') return undefined;
    const wish = device === 'camera' ? { audio: false, video: this.#videoWish() } : { audio: this.#audioWish(), video: false };
    try {
      this.#take(await this.#get(wish));
      this.#onChange();
      return undefined;
    } catch (error) {
      return { kind: classify(error), device };
    }
  }

  close(): void {
    this.#closed = true;
    this.#source.devices?.removeEventListener('devicechange', this.#devicesChanged);
    for (const track of this.stream.getTracks()) {
      track.onended = null;
      track.stop();
      this.stream.removeTrack(track);
    }
  }

  async #get(constraints: MediaStreamConstraints): Promise<MediaStream> {
    if (!this.#source.devices) throw new DOMException('insecure page', 'SecurityError');
    const stream = await this.#source.devices.getUserMedia(constraints);
    if (this.#closed) {
      for (const track of stream.getTracks()) track.stop();
      throw new DOMException('the call is over', 'AbortError');
    }
    return stream;
  }

  #audioWish(): MediaTrackConstraints {
    return this.chosen.microphone ? { ...AUDIO, deviceId: { exact: this.chosen.microphone } } : AUDIO;
  }

  #videoWish(): MediaTrackConstraints {
    const lines = this.#lines;
    const wish = { ...VIDEO, width: { ideal: (lines * 16) / 9 }, height: { ideal: lines } };
    return this.chosen.camera ? { ...wish, deviceId: { exact: this.chosen.camera } } : wish;
  }

  #take(got: MediaStream): void {
    for (const track of got.getTracks()) {
      const kind = track.kind as 'audio' | 'video';
      this.#drop(kind, true);
      this.stream.addTrack(track);
      if (kind === 'audio') {
        this.#wantsVoice = true;
        track.enabled = !this.muted;
      }
      if (kind === 'video') this.camera = 'on';
      track.onended = () => this.#ended(kind);
      const id = track.getSettings().deviceId;
      if (id) this.chosen[kind === 'audio' ? 'microphone' : 'camera'] = id;
      this.#onTrack(kind, track);
    }
    this.#onChange();
  }

  #drop(kind: 'audio' | 'video', replaced = false): void {
    const track = kind === 'audio' ? this.audio : this.video;
    if (!track) return;
    track.onended = null;
    track.stop();
    this.stream.removeTrack(track);
    if (!replaced) this.#onTrack(kind, null);
  }

  /** Unplugged, or taken away by the system. A microphone is replaced by the next one there is. */
  #ended(kind: 'audio' | 'video'): void {
    this.#drop(kind);
    const device = kind === 'audio' ? 'microphone' : 'camera';
    if (device === 'camera') delete this.chosen.camera;
    else delete this.chosen.microphone;
    if (kind === 'video') this.camera = 'off';
    this.#onChange({ kind: 'unplugged', device });
    if (kind === 'audio') void this.#openVoice();
  }

  readonly #devicesChanged = (): void => {
    void this.#refresh();
    if (!this.audio && !this.#closed && this.#wantsVoice) void this.#openVoice();
  };

  async #refresh(): Promise<void> {
    const all = (await this.#source.devices?.enumerateDevices().catch(() => [])) ?? [];
    const of = (kind: MediaDeviceKind) =>
      all.filter((device) => device.kind === kind && device.deviceId).map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.lists = { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
    if (!this.#closed) this.#onChange();
  }
}
