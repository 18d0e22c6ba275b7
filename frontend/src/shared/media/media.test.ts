import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeDevices, settle } from '../testing/media';
import { LocalMedia } from './media';
import type { Note } from './types';

let devices: FakeDevices;
let sent: [string, MediaStreamTrack | null][];
let news: Note[];
let media: LocalMedia;

beforeEach(() => {
  devices = new FakeDevices();
  sent = [];
  news = [];
  media = new LocalMedia(devices.source(), (kind, track) => sent.push([kind, track]), (said) => said && news.push(said));
});

describe('our own media', () => {
  it('asks for what the guide says', async () => {
    await media.open(true);
    expect(devices.asked).toEqual([
      {
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
        video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
      },
    ]);
    expect(media.lists.microphones).toHaveLength(2);
  });

  it('lets the camera go when it is off, and gets a new track when it is on again', async () => {
    await media.open(true);
    const first = devices.given.find(({ kind }) => kind === 'video');
    await media.setCamera(false);
    expect(first?.readyState).toBe('ended');
    expect(sent.at(-1)).toEqual(['video', null]);
    await media.setCamera(true);
    const second = devices.given.at(-1);
    expect(second).not.toBe(first);
    expect(sent.at(-1)).toEqual(['video', second]);
    expect(devices.asked.at(-1)?.audio).toBe(false);
  });

  it('goes by the last wish when the camera is switched fast', async () => {
    await media.open(false);
    const on = media.setCamera(true);
    await media.setCamera(false);
    await on;
    expect(media.camera).toBe('off');
    expect(devices.running).toEqual(['audio']);
  });

  it('mutes without letting the microphone go, and stays muted with another one', async () => {
    await media.open(false);
    media.setMuted(true);
    expect(devices.given[0]).toMatchObject({ enabled: false, readyState: 'live' });
    await media.choose('microphone', 'audio-2');
    expect(devices.given.at(-1)).toMatchObject({ enabled: false, deviceId: 'audio-2' });
    expect(devices.given[0]?.readyState).toBe('ended');
  });

  it('takes the next microphone when one is unplugged, and returns to it when it is back, and says both', async () => {
    await media.open(false);
    await media.choose('microphone', 'audio-2');
    await devices.unplug('audio-2');
    expect(media.audio).toMatchObject({ deviceId: 'audio-1', readyState: 'live' });
    expect(news).toEqual([{ kind: 'replaced', device: 'microphone', from: 'Headset', to: 'Built-in microphone' }]);
    // A browser may give it another id.
    await devices.plug('audioinput', 'audio-9', 'Headset');
    expect(media.audio).toMatchObject({ deviceId: 'audio-9' });
    expect(news.at(-1)).toEqual({ kind: 'returned', device: 'microphone', from: '', to: 'Headset' });
    expect(devices.running).toEqual(['audio']);
    expect(sent.at(-1)).toEqual(['audio', media.audio]);
  });

  it('does not return to what the person has put aside', async () => {
    await media.open(false);
    await media.choose('microphone', 'audio-2');
    await devices.unplug('audio-2');
    await media.choose('microphone', 'audio-1');
    await devices.plug('audioinput', 'audio-2', 'Headset');
    expect(media.audio).toMatchObject({ deviceId: 'audio-1' });
  });

  it('says that a camera is gone where there is no other, and that it may be turned on when it is back', async () => {
    await media.open(true);
    await devices.unplug('video-1');
    expect(media.camera).toBe('off');
    expect(news).toEqual([{ kind: 'unplugged', device: 'camera' }]);
    await devices.plug('videoinput', 'video-1', 'Front camera');
    expect(media.camera).toBe('off');
    expect(news.at(-1)).toEqual({ kind: 'back', device: 'camera', from: '', to: 'Front camera' });
  });

  it('shows the picture of another camera while one is away, unless it was turned off', async () => {
    devices.plugged.push({ kind: 'videoinput', deviceId: 'video-2', label: 'Desk camera' });
    await media.open(true);
    await media.choose('camera', 'video-2');
    await devices.unplug('video-2');
    expect(media.video).toMatchObject({ deviceId: 'video-1' });
    expect(media.camera).toBe('on');
    await media.setCamera(false);
    await devices.plug('videoinput', 'video-2', 'Desk camera');
    expect(media.camera).toBe('off');
    expect(devices.running).toEqual(['audio']);
  });

  it('plays by the system’s speaker while the chosen one is away', async () => {
    devices.plugged.push({ kind: 'audiooutput', deviceId: 'default', label: 'Default' }, { kind: 'audiooutput', deviceId: 'out-2', label: 'Headphones' });
    await media.open(false);
    media.chooseSpeaker('out-2');
    await devices.unplug('out-2');
    expect(media.chosen.speaker).toBe('');
    expect(news.at(-1)).toEqual({ kind: 'replaced', device: 'speaker', from: 'Headphones', to: 'Default' });
    await devices.plug('audiooutput', 'out-2', 'Headphones');
    expect(media.chosen.speaker).toBe('out-2');
  });

  it('takes a microphone that comes later', async () => {
    await media.open(false);
    await devices.unplug('audio-2');
    await devices.unplug('audio-1');
    expect(media.audio).toBeNull();
    expect(news).toEqual([{ kind: 'unplugged', device: 'microphone' }]);
    await devices.plug('audioinput', 'audio-7', 'USB microphone');
    expect(media.audio).toMatchObject({ deviceId: 'audio-7' });
  });

  it('opens what was chosen the last time, by its name if need be, and else what there is', async () => {
    devices.remembered = { microphone: { id: 'of another day', label: 'Headset' }, camera: { id: 'video-8', label: 'Left in the office' } };
    await media.open(true);
    expect(media.chosen).toMatchObject({ microphone: 'audio-2', camera: 'video-1' });
    await media.choose('microphone', 'audio-1');
    expect(devices.remembered.microphone).toEqual({ id: 'audio-1', label: 'Built-in microphone' });
  });

  it('makes room where only one camera can run at a time', async () => {
    devices.plugged.push({ kind: 'videoinput', deviceId: 'video-2', label: 'Back camera' });
    await media.open(true);
    const give = devices.getUserMedia;
    vi.spyOn(devices, 'getUserMedia').mockImplementation((wish) =>
      devices.running.includes('video') ? Promise.reject(new DOMException('fake', 'NotReadableError')) : give(wish),
    );
    expect(await media.choose('camera', 'video-2')).toBeUndefined();
    expect(media.video).toMatchObject({ deviceId: 'video-2' });
    expect(media.camera).toBe('on');
  });

  it('keeps the microphone that works where the chosen one does not', async () => {
    await media.open(false);
    devices.errors.audio = 'NotReadableError';
    expect(await media.choose('microphone', 'audio-2')).toEqual({ kind: 'busy', device: 'microphone' });
    expect(media.chosen.microphone).toBe('audio-1');
    expect(media.audio).toMatchObject({ deviceId: 'audio-1', readyState: 'live' });
  });

  it('lets go what is still being opened when it is not wanted any more', async () => {
    let given: () => void = () => undefined;
    devices.gate = new Promise((resolve) => (given = resolve));
    const opening = media.open(true);
    await settle();
    media.letGo();
    given();
    await opening;
    expect(devices.running).toEqual([]);
    devices.gate = undefined;
    await media.open(true);
    expect(devices.running).toEqual(['audio', 'video']);
  });
});
