import { getLocale, m } from '../../../shared/i18n';
import type { BesideView, News } from '../model/beside';
import type { Failure, TransferView } from '../model/files/transfer';
import type { Word } from '../model/talk';

const STEPS = [
  { from: 1024 ** 3, unit: 'GB', digits: 1 },
  { from: 1024 ** 2, unit: 'MB', digits: 1 },
  { from: 1024, unit: 'kB', digits: 0 },
  { from: 1, unit: 'B', digits: 0 },
] as const;

/** `2.4 MB`, with the numbers of the app's language. */
export function sizeText(bytes: number): string {
  const { from, unit, digits } = STEPS.find((step) => bytes >= step.from) ?? STEPS[3];
  return `${new Intl.NumberFormat(getLocale(), { maximumFractionDigits: digits }).format(bytes / from)}\u00a0${unit}`;
}

/** Where a file stands, in words. `connected` is of the channel that it goes over. */
export function fileText(file: TransferView, name: string, connected: boolean): string {
  const { state, by, incoming } = file;
  const open = state === 'offered' || state === 'queued' || state === 'moving' || (state === 'checking' && !incoming);
  if (open && !connected) return m.call_file_lost();
  switch (state) {
    case 'offered':
      return incoming ? m.call_file_offered() : m.call_file_waiting({ name });
    case 'queued':
      return m.call_file_queued();
    case 'moving':
      return movingText(file);
    case 'paused':
      return by === 'me' ? m.call_file_paused() : m.call_file_paused_by({ name });
    case 'checking':
      return m.call_file_checking();
    case 'done':
      return incoming ? m.call_file_saved() : m.call_file_arrived({ name });
    case 'declined':
      return by === 'me' ? m.call_file_you_declined() : m.call_file_declined({ name });
    case 'cancelled':
      return by === 'me' ? m.call_file_cancelled() : m.call_file_cancelled_by({ name });
    case 'failed':
      return failureText(file.failure, incoming, by === 'me', name);
  }
}

function movingText({ moved, size, perSecond }: TransferView): string {
  const done = m.call_file_moved({ moved: sizeText(moved), size: sizeText(size) });
  if (!perSecond) return done;
  const left = Math.ceil((size - moved) / perSecond);
  const time = left < 90 ? m.call_file_seconds({ count: left }) : m.call_file_minutes({ count: Math.round(left / 60) });
  return `${done}, ${m.call_file_speed({ speed: sizeText(perSecond) })}, ${time}`;
}

function failureText(failure: Failure | undefined, incoming: boolean, here: boolean, name: string): string {
  switch (failure) {
    case 'damaged':
      return m.call_file_damaged();
    case 'disk':
      return here ? m.call_file_disk() : m.call_file_disk_there({ name });
    case 'unreadable':
      return here ? m.call_file_unreadable() : m.call_file_unreadable_there({ name });
    case 'too-large':
      return m.call_file_too_large({ name });
    case 'too-many':
      return m.call_file_too_many({ name });
    case 'rules':
      return m.call_file_rules({ name });
    default:
      return incoming ? m.call_file_gone({ name }) : m.call_file_gone_mine();
  }
}

export function turnedAwayText({ name, why }: NonNullable<BesideView['turnedAway']>, max: number, them: string): string {
  return why === 'too-large' ? m.call_file_over({ file: name, name: them, size: sizeText(max) }) : m.call_file_enough({ file: name });
}

/** Why nothing can be sent, where that is so. */
export function takingText(taking: BesideView['taking'], name: string): string | undefined {
  switch (taking) {
    case 'yes':
      return undefined;
    case 'not-yet':
      return m.call_files_not_yet();
    case 'old':
      return m.call_files_old({ name });
    case 'refused':
      return m.call_files_refused({ name });
  }
}

export function wordState({ mine, state }: Word): string | undefined {
  if (!mine) return undefined;
  if (state === 'waiting') return m.call_word_waiting();
  return state === 'sent' ? m.call_word_sent() : m.call_word_arrived();
}

export function newsText({ kind, text }: News, name: string): string {
  switch (kind) {
    case 'word':
      return `${name}: ${text}`;
    case 'offer':
      return m.call_news_offer({ name, file: text });
    case 'whole':
      return m.call_news_whole({ file: text });
    case 'declined':
      return m.call_news_declined({ name, file: text });
    case 'failed':
      return m.call_news_failed({ file: text });
  }
}
