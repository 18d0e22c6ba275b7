import { describe, expect, it, test } from 'vitest';
import { conditionsBetween, QualityRecord, qualityBetween, readReport, type Sample } from './stats';

const read = (...entries: ({ id?: string } & Record<string, unknown>)[]): Sample =>
  readReport(new Map(entries.map((entry, index) => [entry.id ?? `${index}`, entry])));
const sample = (received: number, lost: number, roundTripMs?: number): Sample => ({ ...read(), received, lost, roundTripMs });

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
    const report = read(
      { type: 'inbound-rtp', packetsReceived: 10, packetsLost: 1 },
      { type: 'inbound-rtp', packetsReceived: 20, packetsLost: -1, framesDecoded: 7 },
      { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.05, bytesSent: 5, bytesReceived: 6 },
      { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9, bytesSent: 50, bytesReceived: 60 },
    );
    expect(report).toMatchObject({ received: 30, lost: 1, framesDecoded: 7, roundTripMs: 50, bytesOut: 55, bytesIn: 66, relayed: false });
  });

  it('says of what we send what the other said, once', () => {
    const said = (timestamp: number) =>
      read(
        { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.02, timestamp: 1 },
        { type: 'remote-inbound-rtp', kind: 'video', fractionLost: 0.12, timestamp },
        { type: 'outbound-rtp', kind: 'video', active: true, qualityLimitationReason: 'bandwidth' },
        { type: 'candidate-pair', nominated: true, state: 'succeeded', availableOutgoingBitrate: 300_000, localCandidateId: 'L' },
        { type: 'local-candidate', id: 'L', candidateType: 'relay' },
      );
    const first = said(2);
    expect(conditionsBetween(read(), first)).toMatchObject({ loss: 0.12, availableBps: 300_000, limitation: 'bandwidth' });
    expect(conditionsBetween(first, said(2)).loss).toBeUndefined();
    expect(first.relayed).toBe(true);
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
