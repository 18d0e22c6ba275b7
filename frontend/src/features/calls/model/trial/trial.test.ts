import { beforeEach, expect, it, vi } from 'vitest';
import { FakeClock, FakeDevices, settle } from '../../testing/fakes';
import type { IceAnswer } from '../ice';
import { Trial } from './trial';
import type { TrialResult } from './findings';

let devices: FakeDevices;
let clock: FakeClock;
let kept: TrialResult[];
let answer: () => Promise<IceAnswer>;

beforeEach(() => {
  devices = new FakeDevices();
  clock = new FakeClock();
  kept = [];
  answer = () => Promise.resolve({ iceServers: [] });
});

async function begin(): Promise<Trial> {
  const trial = new Trial({
    fetchIceServers: () => answer(),
    createConnection: vi.fn(),
    media: devices.source(),
    listen: devices.listen,
    clock,
    keep: (result) => kept.push(result),
  });
  void trial.run();
  await settle();
  return trial;
}

const findings = (trial: Trial) => trial.view.get().findings;

it('finds what works, says that there is no relay, and has a result before the speaker is answered', async () => {
  const trial = await begin();
  const found = { camera: { what: 'works' }, microphone: { what: 'works' }, direct: { what: 'none' }, relay: { what: 'none' }, speed: { what: 'none' } };
  expect(findings(trial)).toEqual(found);
  expect(trial.view.get().state).toBe('done');
  expect(kept).toEqual([{ at: clock.now(), findings: found }]);
  trial.heard(true);
  expect(kept.at(-1)?.findings.speaker).toEqual({ what: 'works' });
  trial.stop();
  expect(devices.running).toEqual([]);
});

it('waits for a voice, and listens again', async () => {
  devices.loudness = 0;
  const trial = await begin();
  expect(trial.view.get()).toMatchObject({ state: 'running', busy: ['speaker', 'microphone'] });
  await clock.advance(13_000);
  expect(findings(trial).microphone).toEqual({ what: 'silent' });
  trial.listenAgain();
  devices.loudness = 0.1;
  await clock.advance(200);
  expect(findings(trial).microphone).toEqual({ what: 'works' });
});

it('looks at the camera by itself where there is no microphone, and at both again', async () => {
  devices.errors.audio = 'NotAllowedError';
  const trial = await begin();
  expect(findings(trial)).toMatchObject({
    microphone: { what: 'problem', problem: { kind: 'denied', device: 'microphone' } },
    camera: { what: 'works' },
  });
  devices.errors = { video: 'NotReadableError' };
  await trial.choose('camera', 'video-1');
  expect(findings(trial).camera).toEqual({ what: 'problem', problem: { kind: 'busy', device: 'camera' } });
  devices.errors = {};
  await trial.retryDevices();
  expect(findings(trial)).toMatchObject({ microphone: { what: 'works' }, camera: { what: 'works' } });
});

it('keeps no result of a test that could not ask the practice', async () => {
  answer = () => Promise.reject(new Error('offline'));
  const trial = await begin();
  expect(trial.view.get().state).toBe('no-server');
  expect(kept).toEqual([]);
});
