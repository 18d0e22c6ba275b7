import type { Entry } from '../../../shared/wire/types';
import type { Item } from './rows';

/** So long after sending, a text may be changed. */
const EDIT_MS = 24 * 60 * 60_000;

export interface Allowed {
  reply: boolean;
  react: boolean;
  copy: boolean;
  edit: boolean;
  delete: boolean;
}

/** An own message, as far as its time goes. */
export const isEditable = (entry: Entry, now = Date.now()): boolean =>
  entry.deletedAt === undefined && now - new Date(entry.createdAt).getTime() < EDIT_MS;

/** What the menu of a message offers; the server decides again. */
export function allowedFor(row: Item, now = Date.now()): Allowed {
  const stored = row.entry?.kind === 'message' && row.type !== 'gone';
  const text = row.type === 'text' || row.type === 'file' ? row.text : row.type === 'card' ? row.entry.message : '';
  const recording = row.type === 'file' && row.file.kind === 'recording';
  const words = row.type === 'text' || (row.type === 'file' && !recording);
  return {
    reply: stored,
    react: stored,
    copy: text !== '' && row.entry?.kind !== 'call',
    edit: stored && words && row.own && row.entry !== undefined && isEditable(row.entry, now),
    // A recording is either's: by deleting it they take their consent back.
    delete: stored && (row.own || recording),
  };
}

export const hasMenu = (row: Item): boolean => Object.values(allowedFor(row)).some(Boolean);
