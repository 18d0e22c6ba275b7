/** What a file is to the person who gets it. */
export type Category = 'image' | 'audio' | 'video' | 'pdf' | 'text' | 'table' | 'slides' | 'archive' | 'other';

const BY_EXTENSION: Record<string, Category> = {
  pdf: 'pdf',
  txt: 'text', md: 'text', rtf: 'text', doc: 'text', docx: 'text', odt: 'text', pages: 'text',
  csv: 'table', xls: 'table', xlsx: 'table', ods: 'table', numbers: 'table',
  ppt: 'slides', pptx: 'slides', odp: 'slides', key: 'slides',
  zip: 'archive', gz: 'archive', tar: 'archive', rar: 'archive', '7z': 'archive',
};
const PICTURES = new Set(['jpg', 'jpeg', 'png', 'webp', 'gif', 'heic', 'heif', 'avif', 'bmp', 'tif', 'tiff']);

const extensionOf = (name: string): string => /\.([^.]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** By the declared type, and where the browser knows none, by the name. A drawing in SVG can hold programs: it is a file. */
export function categoryOf(name: string, type: string): Category {
  const extension = extensionOf(name);
  if (type === 'image/svg+xml' || extension === 'svg') return 'other';
  if (type.startsWith('image/') || (type === '' && PICTURES.has(extension))) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  if (type.startsWith('video/')) return 'video';
  if (type === 'application/pdf') return 'pdf';
  return BY_EXTENSION[extension] ?? (type.startsWith('text/') ? 'text' : 'other');
}

/** The same name with the ending of what it has become. */
export function renamed(name: string, type: string): string {
  const extension = type === 'image/jpeg' ? 'jpg' : type.slice('image/'.length);
  const now = extensionOf(name);
  if (now === extension || (now === 'jpeg' && extension === 'jpg')) return name;
  return `${now === '' ? name : name.slice(0, -now.length - 1)}.${extension}`;
}

const LONGEST = 56;
const KEPT_END = 16;

/** A name that is too long loses its middle: how it begins says what it is, how it ends says of what kind. */
export function shortName(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= LONGEST) return name;
  return `${letters.slice(0, LONGEST - KEPT_END - 1).join('').trimEnd()}…${letters.slice(-KEPT_END).join('')}`;
}
