import { recordingType } from './mime';
import { RecorderFailure, type Microphone, type RecorderProblem } from './Recorder';

/** Speech stays clear at this, and a quarter of an hour well below the limit for files. */
const BITS_PER_SECOND = 32_000;
const SLICE_MS = 1_000;

function problemOf(error: unknown): RecorderProblem {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unknown';
  }
}

/** Opens the browser's microphone and begins to record. */
export async function openMicrophone(): Promise<Microphone> {
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!devices) throw new RecorderFailure(window.isSecureContext ? 'unsupported' : 'insecure');
  const type = 'MediaRecorder' in window ? recordingType((each) => MediaRecorder.isTypeSupported(each)) : null;
  if (type === null) throw new RecorderFailure('unsupported');
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });
  } catch (error) {
    throw new RecorderFailure(problemOf(error));
  }
  try {
    return recording(stream, type);
  } catch {
    for (const track of stream.getTracks()) track.stop();
    throw new RecorderFailure('unsupported');
  }
}

function recording(stream: MediaStream, type: string): Microphone {
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS_PER_SECOND });
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => {
    if (event.data.size > 0) parts.push(event.data);
  };
  const context = new AudioContext();
  // Without a loudspeaker it may never run: then there is no level, and the recording is as good.
  void context.resume().catch(() => undefined);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);

  const letGo = () => {
    for (const track of stream.getTracks()) track.stop();
    void context.close().catch(() => undefined);
  };
  const microphone: Microphone = {
    type,
    onLost: null,
    listen: (into) => {
      if (context.state !== 'running') return false;
      analyser.getByteTimeDomainData(into);
      return true;
    },
    finish: () =>
      new Promise((done) => {
        const whole = () => {
          letGo();
          done(new Blob(parts, { type: recorder.mimeType || type }));
        };
        if (recorder.state === 'inactive') whole();
        else {
          recorder.onstop = whole;
          recorder.stop();
        }
      }),
    cancel: () => {
      recorder.ondataavailable = null;
      if (recorder.state !== 'inactive') recorder.stop();
      letGo();
    },
  };
  for (const track of stream.getAudioTracks()) track.onended = () => microphone.onLost?.();
  recorder.start(SLICE_MS);
  return microphone;
}
