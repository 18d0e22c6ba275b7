import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDevices, settle, type FakeTrack } from '../testing/fakes';
import { LocalMedia } from './media';
import type { DeviceProblem } from './view';

let devices: FakeDevices;
let sent: [string, MediaStreamTrack | null][];
let lost: DeviceProblem[];
let media: LocalMedia;

beforeEach(() => {
  devices = new FakeDevices();
  sent = [];
  lost = [];
  media = new LocalMedia(devices.source(), (kind, track) => sent.push([kind, track]), (problem) => problem && lost.push(problem));
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

  it('takes the next microphone when one is unplugged, and says so', async () => {
    await media.open(false);
    (media.audio as unknown as FakeTrack).onended?.();
    await settle();
    expect(lost).toEqual([{ kind: 'unplugged', device: 'microphone' }]);
    expect(media.audio).toBe(devices.given.at(-1));
  });

  it('takes a microphone that comes later', async () => {
    await media.open(false);
    devices.errors.audio = 'NotFoundError';
    (media.audio as unknown as FakeTrack).onended?.();
    await settle();
    expect(media.audio).toBeNull();
    devices.errors = {};
    devices.change();
    await settle();
    expect(media.audio).not.toBeNull();
  });
});
