import { getLocale } from '../../../shared/i18n';

/** What the server takes in one file. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Picked at once; more go in a second turn. */
export const MAX_FILES = 20;
export const MAX_THUMBNAIL_BYTES = 64 * 1024;

const STEPS = [
  { from: 1024 * 1024, unit: 'MB', digits: 1 },
  { from: 1024, unit: 'kB', digits: 0 },
  { from: 1, unit: 'B', digits: 0 },
] as const;

/** `2.4 MB`, with the numbers of the app's language. */
export function sizeText(bytes: number): string {
  const { from, unit, digits } = STEPS.find((step) => bytes >= step.from) ?? STEPS[2];
  return `${new Intl.NumberFormat(getLocale(), { maximumFractionDigits: digits }).format(bytes / from)}\u00a0${unit}`;
}
