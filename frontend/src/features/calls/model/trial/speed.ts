import { type Clock, Deadline } from '../../../../shared/media/clock';
import type { Loop } from './loop';

export interface Speed {
  bps: number;
  /** To the relay and back. */
  roundTripMs: number;
}

const PINGS = 5;
const PING_MS = 2_000;
const WARM_UP_MS = 700;
const MEASURE_MS = 2_500;
const CHUNK = new Uint8Array(8 * 1024);
const BUFFERED_MAX = 128 * 1024;
/** Who pays by the megabyte pays no more than this. */
const BYTES_MAX = 6_000_000;

/** How much comes back, sent as fast as it goes: the slower of the two directions. */
export async function measure({ here, there }: Loop, clock: Clock): Promise<Speed> {
  const roundTripMs = await roundTrip(here, there, clock);
  return { bps: await throughput(here, there, clock), roundTripMs };
}

async function roundTrip(here: RTCDataChannel, there: RTCDataChannel, clock: Clock): Promise<number> {
  let best = PING_MS;
  for (let ping = 0; ping < PINGS; ping += 1) {
    const from = clock.now();
    const due = new Deadline(clock);
    await new Promise<void>((resolve) => {
      due.set(PING_MS, resolve);
      there.onmessage = () => resolve();
      here.send('ping');
    });
    due.clear();
    best = Math.min(best, clock.now() - from);
  }
  return best;
}

function throughput(here: RTCDataChannel, there: RTCDataChannel, clock: Clock): Promise<number> {
  return new Promise((resolve) => {
    let [sent, received, before] = [0, 0, 0];
    let since = clock.now();
    let last = since;
    const due = new Deadline(clock);
    const end = () => {
      due.clear();
      here.onbufferedamountlow = there.onmessage = null;
      resolve(last > since ? ((received - before) * 8_000) / (last - since) : 0);
    };
    const pump = () => {
      while (here.readyState === 'open' && sent < BYTES_MAX && here.bufferedAmount < BUFFERED_MAX) {
        here.send(CHUNK);
        sent += CHUNK.byteLength;
      }
    };
    there.onmessage = ({ data }) => {
      received += data instanceof ArrayBuffer ? data.byteLength : 0;
      last = clock.now();
      if (received >= BYTES_MAX * 0.95) end();
    };
    here.bufferedAmountLowThreshold = BUFFERED_MAX / 2;
    here.onbufferedamountlow = pump;
    // What it takes to get going is no part of how fast it goes.
    due.set(WARM_UP_MS, () => {
      [since, before] = [last, received];
      due.set(MEASURE_MS, end);
    });
    pump();
  });
}
