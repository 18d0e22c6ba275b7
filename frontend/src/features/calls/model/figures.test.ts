import { expect, it } from 'vitest';
import { FigureReader, type Figures } from './figures';
import { Store } from './store';

type Entry = { id: string } & Record<string, unknown>;
const report = (...entries: Entry[]) => new Map(entries.map((entry) => [entry.id, entry])) as unknown as RTCStatsReport;

const second = (at: number, entries: Entry[] = []) =>
  report(
    { id: 'IA', type: 'inbound-rtp', kind: 'audio', mid: '0', timestamp: at * 1_000, bytesReceived: at * 4_000, packetsReceived: at * 45, packetsLost: at * 5, jitter: 0.012, codecId: 'opus' },
    { id: 'IS', type: 'inbound-rtp', kind: 'video', mid: '2', timestamp: at * 1_000, bytesReceived: at * 50_000, packetsReceived: at * 50, frameWidth: 1920, frameHeight: 1080, framesPerSecond: 12 },
    { id: 'IV', type: 'inbound-rtp', kind: 'video', mid: '1', timestamp: at * 1_000, bytesReceived: at * 100_000, packetsReceived: at * 90, packetsLost: 0, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, codecId: 'vp8' },
    { id: 'OV', type: 'outbound-rtp', kind: 'video', mid: '1', ssrc: 7, timestamp: at * 1_000, bytesSent: at * 25_000, packetsSent: at * 20, active: true, qualityLimitationReason: 'cpu', codecId: 'vp8' },
    { id: 'OS', type: 'outbound-rtp', kind: 'video', mid: '2', ssrc: 8, timestamp: at * 1_000, bytesSent: 0, packetsSent: 0 },
    { id: 'RV', type: 'remote-inbound-rtp', kind: 'video', ssrc: 7, fractionLost: 0.02, jitter: 0.004 },
    { id: 'opus', type: 'codec', mimeType: 'audio/opus' },
    { id: 'vp8', type: 'codec', mimeType: 'video/VP8' },
    { id: 'P', type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.0417, availableOutgoingBitrate: 2_000_000, localCandidateId: 'L', remoteCandidateId: 'R' },
    { id: 'L', type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls', address: '192.0.2.7' },
    { id: 'R', type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp', address: '198.51.100.9' },
    ...entries,
  );

it('reads from two looks what flows each way, how fast, and by which way, and no address', () => {
  const shown = new Store<Figures | undefined>(undefined);
  const reader = new FigureReader(shown);
  reader.take(second(1), { in: 10, out: 20 });
  expect(shown.get()?.received[0]).not.toHaveProperty('bps');
  reader.take(second(2), { in: 1_000, out: 2_000 });
  expect(shown.get()).toEqual({
    received: [
      { what: 'voice', codec: 'opus', bps: 32_000, loss: 0.1, jitterMs: 12 },
      { what: 'camera', codec: 'VP8', width: 1280, height: 720, fps: 30, bps: 800_000, loss: 0 },
      { what: 'screen', width: 1920, height: 1080, fps: 12, bps: 400_000, loss: 0 },
    ],
    sent: [{ what: 'camera', codec: 'VP8', bps: 200_000, loss: 0.02, jitterMs: 4, limitation: 'cpu' }],
    roundTripMs: 42, availableBps: 2_000_000, local: 'relay', remote: 'srflx', protocol: 'udp', relayProtocol: 'tls', bytesIn: 1_000, bytesOut: 2_000,
  });
});

it('says nothing of what is not there', () => {
  const shown = new Store<Figures | undefined>(undefined);
  new FigureReader(shown).take(report(), { in: 0, out: 0 });
  expect(shown.get()).toEqual({ received: [], sent: [], bytesIn: 0, bytesOut: 0 });
});
