import type { CallSnapshot } from '../../../shared/wire/types';
import type { CallEnd, CallView, Stage } from './view';

/** What an ended snapshot means for the call that this page shows. */
export function endOf(snapshot: CallSnapshot, view: CallView): Omit<CallEnd, 'quality'> {
  const duration = snapshot.durationMs ? { durationMs: snapshot.durationMs } : {};
  switch (snapshot.outcome) {
    case 'completed':
    case 'grown': // its sheet is put away by who made the room
      return { reason: 'completed', ...duration };
    case 'declined':
      return { reason: view.direction === 'outgoing' ? 'declined' : 'declined-elsewhere' };
    case 'missed':
      return { reason: view.direction === 'outgoing' ? 'no-answer' : 'missed' };
    default:
      return view.link === 'connecting' ? { reason: 'not-connected' } : { reason: 'lost', ...duration };
  }
}

/** Ends that say nothing the person doesn't know: they close without a word. */
export function isQuiet(reason: CallEnd['reason']): boolean {
  return reason === 'cancelled' || reason === 'declined-here';
}

/** The two did not get to talk as they wanted to: what was to be said can be left behind. */
export function callsForVoiceNote({ reason, code }: Pick<CallEnd, 'reason' | 'code'>): boolean {
  if (reason === 'refused') return code === 'call_busy' || code === 'call_offline';
  return ['no-answer', 'missed', 'declined', 'lost', 'not-connected'].includes(reason);
}

/** Ends that are only news: they go by themselves. */
export function isPassing(reason: CallEnd['reason']): boolean {
  return reason === 'elsewhere' || reason === 'declined-elsewhere';
}

/** The person is in a call, but not by this page. */
export function isAside(stage: Stage): boolean {
  return stage === 'other-tab' || stage === 'other-device';
}
