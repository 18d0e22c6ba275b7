import { Observable } from '../../../shared/lib/observable';

/** A conversation that did not open by then is not to begin recording at some later time. */
const HOLDS_MS = 5_000;

/** Whom the person wants to leave a voice note, until their conversation is open. */
export const voiceWish = new Observable<string | null>(null);

/** From elsewhere in the app; whoever asks opens the conversation too. */
export function beginVoiceNote(userId: string): void {
  voiceWish.set(userId);
  setTimeout(() => voiceWish.value === userId && voiceWish.set(null), HOLDS_MS);
}
