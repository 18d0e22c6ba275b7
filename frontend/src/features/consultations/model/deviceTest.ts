import type { DeviceTest } from '../api';
import type { RoomView } from './view';

const TRIES = 3;
const SLOW_MS = 400;
/** Nobody has been heard for so long: then it may be the microphone. */
const SILENT_MS = 8_000;

/** How far it is to our server, by a few small requests. */
export async function measureConnection(ask: () => Promise<unknown> = () => fetch('/health', { cache: 'no-store' }), now: () => number = () => performance.now()): Promise<Pick<DeviceTest, 'connection' | 'rttMs'>> {
  const taken: number[] = [];
  try {
    for (let turn = 0; turn < TRIES; turn += 1) {
      const from = now();
      await ask();
      taken.push(now() - from);
    }
  } catch {
    return { connection: 'failed' };
  }
  const rttMs = Math.round(Math.min(...taken));
  return { connection: rttMs > SLOW_MS ? 'weak' : 'good', rttMs };
}

/** Nothing while the browser is still asking. */
export function testOf(view: Pick<RoomView, 'microphone' | 'camera' | 'problem' | 'note' | 'asking'>, heard: boolean, waitedMs: number, connection: Pick<DeviceTest, 'connection' | 'rttMs'>): DeviceTest | undefined {
  if (view.asking.length > 0 || (view.microphone === 'none' && !view.problem && waitedMs < SILENT_MS)) return undefined;
  const problem = view.problem?.device === 'microphone' ? view.problem.kind : undefined;
  const camera = view.note && !('to' in view.note) && view.note.device === 'camera' ? view.note.kind : undefined;
  const microphone = problem ? (problem === 'missing' ? 'none' : 'blocked') : heard ? 'ok' : 'silent';
  if (microphone === 'silent' && waitedMs < SILENT_MS) return undefined;
  return { ...connection, microphone, camera: camera ? (camera === 'missing' ? 'none' : 'blocked') : problem && view.camera === 'off' ? 'blocked' : 'ok' };
}
