import { m } from '../../../shared/i18n';
import { durationText } from '../../../shared/lib/time';
import type { CallFacts, Entry, ReplyTo } from '../../../shared/wire/types';
import type { Outgoing } from './outbox/outgoing';

/** A call in one line of words, as this person saw it. */
export function callTitle(call: CallFacts, own: boolean): string {
  const video = call.callType === 'video';
  if (call.outcome === 'missed' && !own) return video ? m.call_entry_missed_video() : m.call_entry_missed_audio();
  return video ? m.call_entry_video() : m.call_entry_audio();
}

export function callDetail(call: CallFacts, own: boolean): string {
  switch (call.outcome) {
    case 'completed':
      return durationText(call.durationMs);
    case 'grown':
      return m.call_entry_grown({ duration: durationText(call.durationMs) });
    case 'missed':
      return own ? m.call_entry_no_answer() : m.call_entry_you_missed();
    case 'declined':
      return own ? m.call_entry_declined() : m.call_entry_you_declined();
    case 'failed':
      return m.call_entry_failed();
  }
}

/** What a message says, in one line. */
export function oneLine(said: Pick<Entry, 'messageType' | 'message'> & { planName?: string; fileName?: string; deletedAt?: string }): string {
  if (said.deletedAt !== undefined) return m.message_deleted();
  const text = said.message.replace(/\s+/g, ' ').trim();
  switch (said.messageType) {
    case 'plan':
      return m.plan_preview({ name: said.planName ?? text });
    case 'image':
      return text === '' ? m.preview_image() : text;
    case 'audio':
      return text === '' ? m.preview_audio() : text;
    case 'recording':
      return m.recording_title();
    case 'file':
      return text === '' ? (said.fileName ?? m.file_untitled()) : text;
    default:
      return text;
  }
}

/** What the list shows of the last thing said. */
export function previewOf(entry: Entry, me: string): string {
  const own = entry.senderId === me;
  if (entry.call) return callTitle(entry.call, own);
  const text = oneLine(entry);
  return own ? m.preview_own({ text }) : text;
}

/** The same of one that has not arrived. */
export function previewOfOutgoing({ message, attachment }: Outgoing): string {
  return m.preview_own({ text: oneLine({ message, messageType: attachment?.kind ?? 'text', ...(attachment && { fileName: attachment.name }) }) });
}

/** What a reply quotes. */
export function quoteText(reply: ReplyTo): string {
  return reply.deleted ? m.message_deleted() : oneLine(reply);
}
