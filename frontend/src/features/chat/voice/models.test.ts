import { describe, expect, it } from 'vitest';
import { fileOf, recordingType } from './mime';
import { barsOf, clockOf, loudness, waveformOf } from './waveform';
import { withDuration } from './webmDuration';

describe('what is recorded', () => {
  it.each<[string, string[], string | null]>([
    ['Chromium', ['audio/webm;codecs=opus', 'audio/webm', 'audio/mp4;codecs=opus', 'audio/mp4'], 'audio/webm;codecs=opus'],
    ['Safari', ['audio/mp4', 'audio/mp4;codecs=mp4a.40.2'], 'audio/mp4;codecs=mp4a.40.2'],
    ['an old Firefox', ['audio/ogg;codecs=opus'], 'audio/ogg;codecs=opus'],
    ['nothing', [], null],
  ])('in %s', (_, supported, type) => expect(recordingType((each) => supported.includes(each))).toBe(type));

  it('is named by when', () => {
    const at = new Date(2026, 0, 5, 9, 7, 3);
    expect(fileOf('audio/webm;codecs=opus', at)).toEqual({ type: 'audio/webm', name: '2026-01-05 09.07.03.webm' });
    expect(fileOf('audio/mp4', at)).toEqual({ type: 'audio/mp4', name: '2026-01-05 09.07.03.m4a' });
  });
});

describe('the waveform', () => {
  it('has at most 64 values from 0 to 100, the loudest of each part', () => {
    const levels = Array.from({ length: 1000 }, (_, at) => ({ atMs: at * 10, level: at === 500 ? 1 : 0.1 }));
    const waveform = waveformOf(levels, 10_000);
    expect(waveform).toHaveLength(64);
    expect(waveform[32]).toBe(100);
    expect(waveform.filter((value) => value === 10)).toHaveLength(63);
    expect(waveformOf([], 1000)).toEqual([]);
    expect(waveformOf([{ atMs: 5000, level: 0.5 }], 1000)).toEqual([50]);
  });

  it('is drawn with as many bars as there is room for, whatever came', () => {
    expect(barsOf([0, 100], 4)).toEqual([6, 6, 100, 100]);
    expect(barsOf([10, 50, 20, 30], 2)).toEqual([50, 30]);
    expect(barsOf(undefined, 3)).toEqual([6, 6, 6]);
    expect(barsOf([900, -5], 2)).toEqual([100, 6]);
  });

  it('counts loudness as the ear does', () => {
    expect(loudness(new Uint8Array(64).fill(128))).toBe(0);
    expect(loudness(new Float32Array(64).fill(1))).toBe(1);
    const quiet = loudness(new Float32Array(64).fill(0.02));
    expect(quiet).toBeGreaterThan(0.3);
    expect(quiet).toBeLessThan(0.6);
  });

  it.each([[0, '0:00'], [7_900, '0:07'], [750_000, '12:30'], [-5, '0:00']])('%d ms is %s', (ms, text) => expect(clockOf(ms)).toBe(text));
});

describe('the length in a WebM', () => {
  const ebml = [0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01];
  const scale = [0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40];
  const info = [0x15, 0x49, 0xa9, 0x66, 0x80 + scale.length, ...scale];
  const cluster = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
  const unknownSegment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  const bytes = (...parts: number[][]) => new Uint8Array(parts.flat());

  it('is put in where it is missing, and nothing else is touched', () => {
    const fixed = withDuration(bytes(ebml, unknownSegment, info, cluster), 2500);
    const at = ebml.length + unknownSegment.length + info.length;
    expect([...fixed.slice(at, at + 3)]).toEqual([0x44, 0x89, 0x88]);
    expect(new DataView(fixed.buffer).getFloat64(at + 3)).toBe(2500);
    expect(fixed[ebml.length + unknownSegment.length + 4]).toBe(0x80 + scale.length + 11);
    expect([...fixed.slice(at + 11)]).toEqual(cluster);
    // Once is enough.
    expect(withDuration(fixed, 9999)).toEqual(fixed);
  });

  it('makes a segment of known size larger', () => {
    const known = [0x18, 0x53, 0x80, 0x67, 0x40, info.length + 4];
    const fixed = withDuration(bytes(ebml, known, info, [0xec, 0x82, 0, 0]), 1000);
    expect([...fixed.slice(ebml.length + 4, ebml.length + 6)]).toEqual([0x40, info.length + 4 + 11]);
  });

  it('leaves alone what it does not understand', () => {
    const whole = bytes(ebml, unknownSegment, info, cluster);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.slice(0, length);
      const fixed = withDuration(cut, 1000);
      expect(fixed.length === length || fixed.length === length + 11).toBe(true);
    }
    const mp4 = new TextEncoder().encode('\0\0\0 ftypmp42');
    expect(withDuration(mp4, 1000)).toEqual(mp4);
    const noInfo = bytes(ebml, unknownSegment, cluster, info);
    expect(withDuration(noInfo, 1000)).toEqual(noInfo);
  });
});
