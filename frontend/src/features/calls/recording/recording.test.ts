import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordingStands } from '../../../shared/wire/types';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';
import { CONSENT } from '../../../shared/media/recording/Recorder';
import type { Tape } from '../../../shared/media/recording/Tape';
import { CallRecording } from './CallRecording';

const [ME, THEM] = ['a'.repeat(24), 'b'.repeat(24)];

let page: FakePage;
let clock: FakeClock;
let recording: CallRecording;
let tapes: { id: string; ended: 'no' | 'finished' | 'dropped' }[];

const stands = (state: RecordingStands['state'], version: number, more: Partial<RecordingStands> = {}): RecordingStands => ({
  recordingId: 'r1', callId: page.view?.callId ?? '', version, state, recorderId: ME, by: ME, ...more,
});
const sent = (event: string) => page.socket.sent.filter((message) => message.event === event).map(({ payload }) => payload);

function startTape(id: string): Tape {
  const tape: (typeof tapes)[number] = { id, ended: 'no' };
  tapes.push(tape);
  return {
    finish: () => ((tape.ended = 'finished'), Promise.resolve({ chunks: 3, durationMs: 6_000 })),
    drop: () => void (tape.ended = 'dropped'),
  };
}

beforeEach(async () => {
  clock = new FakeClock();
  tapes = [];
  const exchange = new Exchange();
  page = new FakePage(exchange, clock, ME);
  const other = new FakePage(exchange, clock, THEM);
  const ways = { put: () => Promise.resolve({ next: 1 }), startTape, ownName: () => 'Lena' };
  recording = new CallRecording(page.socket, clock, ways, page.engine.view, () => ({ video: null, audio: null }));
  void page.engine.start(THEM, 'Mia', 'video');
  await clock.advance(2_000);
  void other.engine.accept(true);
  await clock.advance(2_000);
  expect(page.stage).toBe('live');
  const handle = exchange.handle.bind(exchange);
  exchange.handle = (socket, event, payload) =>
    event === 'recording-request' ? stands('asked', 1) : event.startsWith('recording-') ? {} : handle(socket, event, payload);
});

async function run(): Promise<void> {
  void recording.request();
  await settle();
  recording.heard(stands('running', 2, { by: THEM }));
}

describe('the recording of a call', () => {
  it('runs from both consents until it is stopped, and says when all of it is there', async () => {
    void recording.request();
    await settle();
    expect(sent('recording-request')).toEqual([{ callId: page.view?.callId, consent: CONSENT }]);
    expect(tapes).toEqual([]);
    recording.heard(stands('running', 2, { by: THEM }));
    expect(tapes).toEqual([{ id: 'r1', ended: 'no' }]);
    recording.heard(stands('asked', 1));
    expect(recording.view.get().stands?.state).toBe('running');
    recording.heard(stands('stopped', 3, { by: THEM }));
    await settle();
    expect(tapes[0]?.ended).toBe('finished');
    expect(sent('recording-finish')).toEqual([{ recordingId: 'r1', chunks: 3, durationMs: 6_000 }]);
    expect(sent('recording-stop')).toEqual([]);
  });

  it('ends with the call', async () => {
    await run();
    page.engine.hangUp();
    await settle();
    expect(tapes[0]?.ended).toBe('finished');
    expect(sent('recording-finish')).toHaveLength(1);
  });

  it('leaves nothing where either takes their consent back', async () => {
    await run();
    recording.heard(stands('withdrawn', 3, { by: THEM }));
    await settle();
    expect(tapes[0]?.ended).toBe('dropped');
    expect(sent('recording-finish')).toEqual([]);
  });

  it('is made by the page of who asked alone, and not by that page loaded again', async () => {
    recording.heard(stands('running', 2, { recorderId: THEM }));
    expect([tapes, sent('recording-stop')]).toEqual([[], []]);
    recording.heard(stands('running', 2, { recordingId: 'r2' }));
    await settle();
    expect(tapes).toEqual([]);
    expect(sent('recording-stop')).toEqual([{ recordingId: 'r2' }]);
  });
});
