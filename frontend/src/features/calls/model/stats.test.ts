import { describe, expect, it, test } from 'vitest';
import { QualityRecord, qualityBetween, readReport } from './stats';

const sample = (received: number, lost: number, roundTripMs?: number) => ({ received, lost, framesDecoded: 0, roundTripMs });

test.each([
  [sample(100, 0, 40), 'good'],
  [sample(95, 5, 40), 'fair'],
  [sample(100, 0, 500), 'fair'],
  [sample(80, 20, 40), 'weak'],
  [sample(100, 0, 900), 'weak'],
  [sample(0, 0), 'unknown'],
] as const)('%o since nothing is %s', (after, quality) => {
  expect(qualityBetween(sample(0, 0), after)).toBe(quality);
});

describe('a report', () => {
  it('is read for what a person can feel', () => {
    const report = new Map<string, unknown>([
      ['a', { type: 'inbound-rtp', packetsReceived: 10, packetsLost: 1 }],
      ['v', { type: 'inbound-rtp', packetsReceived: 20, packetsLost: -1, framesDecoded: 7 }],
      ['p', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.05 }],
    ]);
    expect(readReport(report as unknown as RTCStatsReport)).toEqual({ received: 30, lost: 1, framesDecoded: 7, roundTripMs: 50 });
  });
});

describe('a whole call', () => {
  it('is what it was for most of the time', () => {
    const record = new QualityRecord();
    expect(record.summary).toBe('unknown');
    for (let i = 0; i < 9; i += 1) record.add('good');
    record.add('weak');
    expect(record.summary).toBe('good');
    record.add('weak');
    record.add('weak');
    expect(record.summary).toBe('weak');
  });
});
