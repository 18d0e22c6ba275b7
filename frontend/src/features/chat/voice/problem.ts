import { m } from '../../../shared/i18n';
import type { RecorderProblem } from './Recorder';

const TEXTS: Record<RecorderProblem, readonly (() => string)[]> = {
  denied: [m.call_microphone_denied, m.call_denied_step],
  missing: [m.call_microphone_missing, m.call_microphone_missing_step],
  busy: [m.call_microphone_busy, m.call_busy_step],
  insecure: [m.voice_insecure, m.call_insecure_step],
  unsupported: [m.voice_unsupported],
  in_call: [m.voice_in_call],
  too_short: [m.voice_too_short],
  unknown: [m.call_microphone_unknown, m.call_unknown_step],
};

/** Why nothing is recorded, and what to do. */
export const problemText = (problem: RecorderProblem): string => TEXTS[problem].map((text) => text()).join(' ');
