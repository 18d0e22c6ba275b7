import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Recorder, RecorderFailure, type Microphone, type VoiceNote } from './Recorder';

class FakeMicrophone implements Microphone {
  readonly type = 'audio/mp4';
  onLost: (() => void) | null = null;
  loud = 0;
  ended: 'finished' | 'cancelled' | null = null;

  listen(into: Uint8Array<ArrayBuffer>): boolean {
    into.fill(128 + this.loud);
    return true;
  }

  finish(): Promise<Blob> {
    this.ended = 'finished';
    return Promise.resolve(new Blob(['voice'], { type: 'audio/mp4;codecs=opus' }));
  }

  cancel(): void {
    this.ended = 'cancelled';
  }
}

const MAX_MS = 10_000;
let sent: VoiceNote[];
let microphone: FakeMicrophone;
let recorder: Recorder;
let open: () => Promise<Microphone>;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  microphone = new FakeMicrophone();
  open = () => Promise.resolve(microphone);
  recorder = new Recorder({ open: () => open(), onSend: (note) => sent.push(note), now: () => Date.now(), maxMs: MAX_MS });
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const phase = () => recorder.state.value.phase;

describe('held', () => {
  it('is sent when the finger lets go, with its length and its shape', async () => {
    await recorder.press(false);
    await pass(1000);
    microphone.loud = 60;
    await pass(1000);
    expect(recorder.state.value).toMatchObject({ phase: 'recording', locked: false, muted: false });
    recorder.release();
    await pass(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ durationMs: 2000, type: 'audio/mp4' });
    expect(sent[0]?.name).toMatch(/^[\d-]+ [\d.]+\.m4a$/);
    const waveform = sent[0]?.waveform ?? [];
    expect(waveform.length).toBeLessThanOrEqual(64);
    expect(Math.max(...waveform.slice(0, waveform.length / 2 - 1))).toBe(0);
    expect(Math.min(...waveform.slice(waveform.length / 2 + 1))).toBeGreaterThan(50);
    expect(phase()).toBe('idle');
  });

  it('is locked by a tap, or by the finger going up', async () => {
    await recorder.press(false);
    await pass(100);
    recorder.release();
    expect(recorder.state.value).toMatchObject({ phase: 'recording', locked: true });
    recorder.cancel();
    await recorder.press(false);
    await pass(600);
    recorder.lock();
    recorder.release();
    expect(recorder.state.value).toMatchObject({ phase: 'recording', locked: true });
    expect(sent).toEqual([]);
  });

  it('goes on by itself when the finger was taken away by the question for the microphone', async () => {
    let give: (microphone: Microphone) => void = () => undefined;
    open = () => new Promise((done) => (give = done));
    const pressed = recorder.press(false);
    await pass(3000);
    recorder.release();
    give(microphone);
    await pressed;
    expect(recorder.state.value).toMatchObject({ phase: 'recording', locked: true });
  });

  it('is nothing when it was a slip of the finger', async () => {
    await recorder.press(false);
    await pass(450);
    recorder.release();
    await pass(0);
    expect(recorder.state.value).toEqual({ phase: 'idle', problem: 'too_short' });
    expect(microphone.ended).toBe('cancelled');
  });
});

describe('locked', () => {
  it('is stopped, listened to, then sent once', async () => {
    await recorder.press(true);
    await pass(3000);
    await recorder.stop();
    expect(recorder.state.value).toMatchObject({ phase: 'review', stopped: 'by_person', note: { durationMs: 3000 } });
    expect(sent).toEqual([]);
    await Promise.all([recorder.send(), recorder.send()]);
    expect(sent).toHaveLength(1);
  });

  it('can be sent at once, and put away at any time', async () => {
    await recorder.press(true);
    await pass(2000);
    await recorder.send();
    expect(sent).toHaveLength(1);
    await recorder.press(true);
    await pass(2000);
    recorder.cancel();
    expect(microphone.ended).toBe('cancelled');
    await recorder.press(true);
    await pass(2000);
    await recorder.stop();
    recorder.cancel();
    expect(phase()).toBe('idle');
    expect(sent).toHaveLength(1);
  });

  it('ends at the limit and keeps what there is', async () => {
    await recorder.press(true);
    await pass(MAX_MS + 1000);
    expect(recorder.state.value).toMatchObject({ phase: 'review', stopped: 'too_long', note: { durationMs: MAX_MS } });
  });

  it('says when nothing at all is heard', async () => {
    await recorder.press(true);
    await pass(4500);
    expect(recorder.state.value).toMatchObject({ muted: true });
    microphone.loud = 10;
    await pass(100);
    expect(recorder.state.value).toMatchObject({ muted: false });
  });
});

describe('from outside', () => {
  it('keeps what was said when a call comes, the microphone goes, or the person does', async () => {
    await recorder.press(true);
    await pass(2000);
    recorder.setInCall(true);
    await pass(0);
    expect(recorder.state.value).toMatchObject({ phase: 'review', stopped: 'call' });
    recorder.cancel();
    recorder.setInCall(false);
    await recorder.press(true);
    await pass(2000);
    microphone.onLost?.();
    await pass(0);
    expect(recorder.state.value).toMatchObject({ phase: 'review', stopped: 'microphone' });
    recorder.cancel();
    await recorder.press(false);
    await pass(2000);
    recorder.leave();
    await pass(0);
    expect(recorder.state.value).toMatchObject({ phase: 'review', stopped: 'by_person' });
    expect(sent).toEqual([]);
  });

  it('does not begin in a call', async () => {
    recorder.setInCall(true);
    await recorder.press(false);
    expect(recorder.state.value).toEqual({ phase: 'idle', problem: 'in_call' });
    recorder.setInCall(false);
    expect(recorder.state.value).toEqual({ phase: 'idle', problem: null });
  });

  it.each(['denied', 'missing', 'busy', 'insecure', 'unsupported'] as const)('says why there is no microphone: %s', async (problem) => {
    open = () => Promise.reject(new RecorderFailure(problem));
    await recorder.press(false);
    expect(recorder.state.value).toEqual({ phase: 'idle', problem });
    recorder.dismiss();
    expect(recorder.state.value).toEqual({ phase: 'idle', problem: null });
  });

  it('lets go of a microphone that comes after it was given up', async () => {
    let give: (microphone: Microphone) => void = () => undefined;
    open = () => new Promise((done) => (give = done));
    const pressed = recorder.press(true);
    recorder.cancel();
    give(microphone);
    await pressed;
    expect(microphone.ended).toBe('cancelled');
    expect(phase()).toBe('idle');
  });
});
