import { m } from '../../../shared/i18n';
import { durationText } from '../../../shared/lib/time';
import type { CallFacts, Entry } from '../../../shared/wire/types';
import { fileOf, type FileShown } from './file';

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
    case 'missed':
      return own ? m.call_entry_no_answer() : m.call_entry_you_missed();
    case 'declined':
      return own ? m.call_entry_declined() : m.call_entry_you_declined();
    case 'failed':
      return m.call_entry_failed();
  }
}

/** A file in one line: what was written with it, else what it is. */
export function fileText({ kind, name }: Pick<FileShown, 'kind' | 'name'>, caption: string): string {
  if (caption !== '') return caption.replace(/\s+/g, ' ');
  if (kind === 'image') return m.preview_image();
  return kind === 'audio' ? m.preview_audio() : name;
}

/** What the list shows of the last thing said. */
export function previewOf(entry: Entry, me: string): string {
  const own = entry.senderId === me;
  if (entry.call) return callTitle(entry.call, own);
  const file = fileOf(entry);
  const text =
    entry.messageType === 'plan' ? m.plan_preview({ name: entry.planName ?? entry.message })
    : file ? fileText(file, entry.message)
    : entry.message.replace(/\s+/g, ' ');
  return own ? m.preview_own({ text }) : text;
}
