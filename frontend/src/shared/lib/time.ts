import { getLocale, m } from '../i18n';

const formats = new Map<string, Intl.DateTimeFormat>();

/** The app's language as this browser's person writes it: English in Britain has another clock than in America. */
function region(): string {
  const locale = getLocale();
  return navigator.languages.find((language) => language.split('-')[0] === locale) ?? locale;
}

function format(date: Date, options: Intl.DateTimeFormatOptions): string {
  const key = region() + JSON.stringify(options);
  let known = formats.get(key);
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(region(), options)));
  return known.format(date);
}

/** Days between two moments as a calendar here counts them. */
function daysAgo(date: Date, now: Date): number {
  const start = (at: Date) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((start(now) - start(date)) / 86_400_000);
}

export const dayKey = (iso: string): string => new Date(iso).toDateString();

export const clockTime = (iso: string): string => format(new Date(iso), { timeStyle: 'short' });

export const fullTime = (iso: string): string => format(new Date(iso), { dateStyle: 'long', timeStyle: 'short' });

/** Above the messages of a day: today, yesterday, a weekday, a date; or of what is to come, tomorrow or a date. */
export function dayTitle(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const ago = daysAgo(date, now);
  if (ago === 0) return m.day_today();
  if (ago === 1) return m.day_yesterday();
  if (ago === -1) return m.day_tomorrow();
  if (ago > 1 && ago < 7) return format(date, { weekday: 'long' });
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return format(date, { day: 'numeric', month: 'long', ...year });
}

/** In a row of a list: as short as it can be. */
export function shortTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const ago = daysAgo(date, now);
  if (ago <= 0) return clockTime(iso);
  if (ago === 1) return m.day_yesterday();
  if (ago < 7) return format(date, { weekday: 'short' });
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: '2-digit' as const };
  return format(date, { day: 'numeric', month: 'short', ...year });
}

/** How long a call was, in words; less than a minute counts as seconds. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return m.duration_seconds({ count: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return m.duration_minutes({ count: minutes });
  return m.duration_hours({ hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
