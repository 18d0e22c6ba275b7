import type { ErrorCode } from '../../wire/errors';
import type { Clock } from '../clock';
import { compose, type Composed, type Scene } from './composer';
import { Pieces, type PutPiece } from './pieces';

/** A crash loses so much. */
const PIECE_MS = 2_000;
const TYPES = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'];

/** One recording that runs in this page: composed, encoded, and sent piece by piece. */
export interface Tape {
  /** Ends it; how many pieces there are and how long it is, once all is at the server. */
  finish: () => Promise<{ chunks: number; durationMs: number } | undefined>;
  /** Nothing of it is to be left. */
  drop: () => void;
}

export interface TapeDeps {
  put: PutPiece;
  clock: Clock;
  failed: (code: ErrorCode) => void;
}

export type StartTape = (recordingId: string, scene: Scene, deps: TapeDeps) => Tape;

/** Whether this browser can record at all. */
export const canRecord = (): boolean => typeof MediaRecorder !== 'undefined' && TYPES.some((type) => MediaRecorder.isTypeSupported(type));

export const startTape: StartTape = (recordingId, scene, { put, clock, failed }) => {
  const composed: Composed = compose(scene);
  const pieces = new Pieces(recordingId, put, clock, failed);
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
  const recorder = new MediaRecorder(composed.stream, { mimeType, videoBitsPerSecond: 1_200_000, audioBitsPerSecond: 64_000 });
  const began = clock.now();
  let ended = 0;
  recorder.ondataavailable = ({ data }) => pieces.add(data);
  const stopped = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve();
    recorder.onerror = () => resolve();
  });
  recorder.start(PIECE_MS);
  const stop = () => {
    if (ended === 0) ended = clock.now();
    if (recorder.state !== 'inactive') recorder.stop();
  };
  return {
    async finish() {
      stop();
      await stopped;
      composed.stop();
      const chunks = await pieces.all();
      return chunks === undefined ? undefined : { chunks, durationMs: ended - began };
    },
    drop() {
      pieces.drop();
      stop();
      composed.stop();
    },
  };
};
