import { type DeviceMemory, findAgain, listOf, storedDevices } from './devices';
import { classify } from './mediaErrors';
import { NO_DEVICES, type AnyDevice, type Chosen, type Device, type DeviceChoice, type DeviceLists, type DeviceProblem, type Note } from './types';

/** The part of the browser that hands out microphones and cameras. */
export interface MediaSource {
  /** `undefined` on an insecure page. */
  devices: Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'> | undefined;
  createStream: () => MediaStream;
  /** Whether the browser will ask before it gives the device. */
  mustAsk: (device: Device) => Promise<boolean>;
  /** Whether it will surely give it unasked. */
  allows: (device: Device) => Promise<boolean>;
  memory: DeviceMemory;
}

export const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
export const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

const LINES = 720;

export type Opened = { problem?: DeviceProblem; note?: DeviceProblem };
type Kind = 'audio' | 'video';

/** Who goes on with a call's microphone and camera hears of them too. */
interface MediaListener {
  onTrack: (kind: Kind, track: MediaStreamTrack | null) => void;
  onChange: (news?: Note) => void;
}

/** Our own microphone and camera for the time of one call. What is off is let go, so that its light goes out. */
export class LocalMedia {
  readonly stream: MediaStream;
  muted = false;
  camera: 'on' | 'off' | 'starting' = 'off';
  lists: DeviceLists = NO_DEVICES;
  readonly chosen: Chosen = {};
  readonly #source: MediaSource;
  readonly #first: MediaListener;
  readonly #listeners: Set<MediaListener>;
  /** What went away in this call while it was in use: where it comes back, it is used again. */
  readonly #gone = new Map<AnyDevice, DeviceChoice>();
  #closed = false;
  /** A microphone was opened, so one that goes away is to be replaced. */
  #wantsVoice = false;
  /** Counts what the person has wished of each device: only the last wish is fulfilled. */
  readonly #wishes = { microphone: 0, camera: 0 };
  /** Grows when all is let go: what is being opened then is not wanted any more. */
  #round = 0;
  readonly #replacing = new Set<Device>();
  #lines = LINES;

  constructor(source: MediaSource, onTrack: (kind: Kind, track: MediaStreamTrack | null) => void, onChange: (news?: Note) => void) {
    this.#source = source;
    this.#first = { onTrack, onChange };
    this.#listeners = new Set([this.#first]);
    this.stream = source.createStream();
    source.devices?.addEventListener('devicechange', this.#devicesChanged);
  }

  /** Somebody else uses them too, until they leave them. They are closed when nobody does. */
  share(listener: MediaListener): () => void {
    this.#listeners.add(listener);
    return () => this.#leave(listener);
  }

  /** Whom they were opened for needs them no more. */
  close(): void {
    this.#leave(this.#first);
  }

  get audio(): MediaStreamTrack | null {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get video(): MediaStreamTrack | null {
    return this.stream.getVideoTracks()[0] ?? null;
  }

  /** Whether there is such a device, and it may be used without a question. Nothing is opened. */
  async isReady(device: Device): Promise<boolean> {
    if (!(await this.#source.allows(device))) return false;
    const all = (await this.#source.devices?.enumerateDevices().catch(() => [])) ?? [];
    return all.some(({ kind }) => kind === (device === 'microphone' ? 'audioinput' : 'videoinput'));
  }

  /** Opens the microphone, and the camera where wanted, unless they are open. Without a camera a video call goes on by voice, with a note. */
  async open(withCamera: boolean): Promise<Opened> {
    if (!this.#source.devices) return { problem: { kind: 'insecure', device: 'microphone' } };
    // Where the browser says names already, a device whose id has changed is found by its own.
    if (this.#source.memory.recall('microphone') ?? this.#source.memory.recall('camera')) await this.#refresh();
    const camera = withCamera && !this.video;
    if (this.audio && !camera) return {};
    if (camera && this.audio) {
      const note = await this.setCamera(true);
      return note ? { note } : {};
    }
    if (!camera) return this.#openVoice();
    const round = this.#round;
    try {
      const got = await this.#get({ audio: this.#audioWish(), video: this.#videoWish() });
      this.#take(got);
      await this.#meetDevices();
      return {};
    } catch (error) {
      if (this.#closed || round !== this.#round) return {};
      const voice = await this.#openVoice();
      if (voice.problem) return voice;
      return { note: { kind: classify(error), device: 'camera' } };
    }
  }

  /** Lets both go, and may be opened again. */
  letGo(): void {
    this.#wantsVoice = false;
    this.#round += 1;
    this.#drop('audio');
    this.#drop('video');
    this.camera = 'off';
    this.#onChange();
  }

  async #openVoice(): Promise<Opened> {
    try {
      this.#take(await this.#get({ audio: this.#audioWish(), video: false }));
      await this.#meetDevices();
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
    if (!on) {
      this.#wishes.camera += 1;
      this.#gone.delete('camera');
      this.#drop('video');
      this.camera = 'off';
      this.#onChange();
      return undefined;
    }
    if (this.camera !== 'off') return undefined;
    this.camera = 'starting';
    this.#onChange();
    const problem = await this.#open('camera');
    if (!problem) return undefined;
    this.camera = 'off';
    this.#onChange();
    return problem;
  }

  /** The person's own choice; it is remembered. */
  async choose(device: Device, id: string): Promise<DeviceProblem | undefined> {
    const choice = listOf(this.lists, device).find((each) => each.id === id);
    if (choice) this.#source.memory.keep(device, choice);
    this.#gone.delete(device);
    return this.#change(device, id);
  }

  chooseSpeaker(id: string): void {
    const choice = this.lists.speakers.find((each) => each.id === id);
    if (choice) this.#source.memory.keep('speaker', choice);
    this.#gone.delete('speaker');
    this.chosen.speaker = id;
    this.#onChange();
  }

  #leave(listener: MediaListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || this.#closed) return;
    this.#closed = true;
    this.#source.devices?.removeEventListener('devicechange', this.#devicesChanged);
    for (const track of this.stream.getTracks()) {
      track.onended = null;
      track.stop();
      this.stream.removeTrack(track);
    }
  }

  #onTrack(kind: Kind, track: MediaStreamTrack | null): void {
    for (const listener of [...this.#listeners]) listener.onTrack(kind, track);
  }

  #onChange(news?: Note): void {
    for (const listener of [...this.#listeners]) listener.onChange(news);
  }

  async #change(device: Device, id: string): Promise<DeviceProblem | undefined> {
    const before = this.chosen[device];
    this.chosen[device] = id;
    if (device === 'camera' && this.camera !== 'on') {
      this.#onChange();
      return undefined;
    }
    let problem = await this.#open(device);
    if (problem?.kind === 'busy' && device === 'camera' && this.video) {
      // Many phones run one camera at a time: the one in use makes room.
      this.#drop('video');
      problem = await this.#open('camera');
    }
    if (!problem) return undefined;
    this.chosen[device] = before;
    if (device === 'camera' && !this.video && (await this.#open('camera'))) this.camera = 'off';
    this.#onChange();
    return problem;
  }

  /** Opens what is chosen, in place of what there is. Nothing is wrong where the person has wished for something else meanwhile. */
  async #open(device: Device): Promise<DeviceProblem | undefined> {
    const wish = ++this.#wishes[device];
    try {
      const got = await this.#get(device === 'camera' ? { audio: false, video: this.#videoWish() } : { audio: this.#audioWish(), video: false });
      if (wish === this.#wishes[device]) this.#take(got);
      else for (const track of got.getTracks()) track.stop();
      await this.#meetDevices();
      return undefined;
    } catch (error) {
      return wish === this.#wishes[device] ? { kind: classify(error), device } : undefined;
    }
  }

  async #get(constraints: MediaStreamConstraints): Promise<MediaStream> {
    if (!this.#source.devices) throw new DOMException('insecure page', 'SecurityError');
    const round = this.#round;
    const stream = await this.#source.devices.getUserMedia(constraints);
    if (this.#closed || round !== this.#round) {
      for (const track of stream.getTracks()) track.stop();
      throw new DOMException('not wanted any more', 'AbortError');
    }
    return stream;
  }

  #audioWish(): MediaTrackConstraints {
    return { ...AUDIO, ...this.#which('microphone') };
  }

  #videoWish(): MediaTrackConstraints {
    const lines = this.#lines;
    return { ...VIDEO, width: { ideal: (lines * 16) / 9 }, height: { ideal: lines }, ...this.#which('camera') };
  }

  /** What is chosen now, or else what was the last time, if it is still there. */
  #which(device: Device): MediaTrackConstraints {
    const now = this.chosen[device];
    if (now !== undefined) return { deviceId: { exact: now } };
    const before = this.#source.memory.recall(device);
    return before ? { deviceId: { ideal: (findAgain(before, listOf(this.lists, device)) ?? before).id } } : {};
  }

  #take(got: MediaStream): void {
    for (const track of got.getTracks()) {
      const kind = track.kind as Kind;
      this.#drop(kind, true);
      this.stream.addTrack(track);
      if (kind === 'audio') {
        this.#wantsVoice = true;
        track.enabled = !this.muted;
      }
      if (kind === 'video') this.camera = 'on';
      track.onended = () => void this.#ended(track);
      const id = track.getSettings().deviceId;
      if (id) this.chosen[deviceOf(kind)] = id;
      this.#onTrack(kind, track);
    }
    this.#onChange();
  }

  #drop(kind: Kind, replaced = false): void {
    const track = kind === 'audio' ? this.audio : this.video;
    if (!track) return;
    track.onended = null;
    track.stop();
    this.stream.removeTrack(track);
    if (!replaced) this.#onTrack(kind, null);
  }

  /** Unplugged, or taken away by the system: the next one there is takes its place. */
  async #ended(track: MediaStreamTrack): Promise<void> {
    const kind = track.kind as Kind;
    const device = deviceOf(kind);
    const lost = { id: this.chosen[device] ?? '', label: track.label };
    this.#drop(kind);
    this.chosen[device] = undefined;
    this.#gone.set(device, lost);
    if (kind === 'video') this.camera = 'starting';
    this.#onChange();
    const problem = await this.#replace(device, lost);
    if (!problem) return;
    if (kind === 'video') this.camera = 'off';
    this.#onChange(problem.kind === 'denied' || problem.kind === 'busy' ? problem : { kind: 'unplugged', device });
  }

  async #replace(device: Device, lost: DeviceChoice): Promise<DeviceProblem | undefined> {
    this.#replacing.add(device);
    const problem = await this.#open(device);
    this.#replacing.delete(device);
    const next = device === 'microphone' ? this.audio : this.video;
    if (problem || !next) return problem;
    const id = this.chosen[device] ?? '';
    if (id !== '' && id === lost.id) this.#gone.delete(device); // the very same, after a moment
    else this.#onChange({ kind: 'replaced', device, from: lost.label, to: next.label });
    return undefined;
  }

  readonly #devicesChanged = (): void => void this.#followDevices();

  async #followDevices(): Promise<void> {
    const speaker = this.lists.speakers.find(({ id }) => id === this.chosen.speaker);
    await this.#refresh();
    if (this.#closed) return;
    if (speaker && !findAgain(speaker, this.lists.speakers)) {
      this.#gone.set('speaker', speaker);
      this.chosen.speaker = ''; // what the system takes for it
      this.#onChange({ kind: 'replaced', device: 'speaker', from: speaker.label, to: this.lists.speakers[0]?.label ?? '' });
    }
    for (const device of ['microphone', 'camera', 'speaker'] as const) await this.#returnTo(device);
  }

  async #returnTo(device: AnyDevice): Promise<void> {
    const gone = this.#gone.get(device);
    if (!gone || (device !== 'speaker' && this.#replacing.has(device))) return;
    const back = findAgain(gone, listOf(this.lists, device));
    if (!back) {
      if (device === 'microphone' && !this.audio && this.#wantsVoice) await this.#replace('microphone', gone);
      return;
    }
    this.#gone.delete(device);
    const off = device === 'camera' && this.camera === 'off';
    if (device === 'speaker') this.chosen.speaker = back.id;
    else if (await this.#change(device, back.id)) return;
    this.#onChange({ kind: off ? 'back' : 'returned', device, from: '', to: back.label });
  }

  /** Once the browser lets us, it says what there is, by name. */
  async #meetDevices(): Promise<void> {
    await this.#refresh();
    const speaker = findAgain(this.#source.memory.recall('speaker'), this.lists.speakers);
    if (speaker && this.chosen.speaker === undefined) {
      this.chosen.speaker = speaker.id;
      this.#onChange();
    }
  }

  async #refresh(): Promise<void> {
    const all = (await this.#source.devices?.enumerateDevices().catch(() => [])) ?? [];
    const of = (kind: MediaDeviceKind) =>
      all.filter((device) => device.kind === kind && device.deviceId).map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.lists = { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
    if (!this.#closed) this.#onChange();
  }
}

const deviceOf = (kind: Kind): Device => (kind === 'audio' ? 'microphone' : 'camera');

/** The browser's own. */
export function browserMedia(): MediaSource {
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  return {
    devices: window.isSecureContext ? devices : undefined,
    createStream: () => new MediaStream(),
    mustAsk: async (device) => (await permissionOf(device)) === 'prompt',
    allows: async (device) => (await permissionOf(device)) === 'granted',
    memory: storedDevices,
  };
}

/** Nothing of a browser that doesn't say; its prompt then comes with our words beside it. */
async function permissionOf(device: Device): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: device })).state;
  } catch {
    return undefined;
  }
}
