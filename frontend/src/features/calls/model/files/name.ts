const NAME_MAX = 120;
const END_MAX = 20;
/** Control characters, what turns the direction of writing around (so that `exe.pdf` reads as `fdp.exe`), and what no file system takes. */
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb<>:"/\\|?*]/g;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** What a computer would run rather than show. */
const PROGRAMS = new Set(
  ('apk app bat cmd com command cpl desktop dll dmg exe hta htm html iso jar js jse lnk mht msi msp pif pkg ps1 py reg scf scr sh svg ' +
    'url vbe vbs wsf xhtml xht xml docm xlsm pptm').split(' '),
);

/** The name under which a file of the other's may be saved here: one part, visible as it is, of a length that every disk takes. */
export function safeName(name: string): string {
  const plain = name.slice(0, 1024).normalize('NFC').replace(FORBIDDEN, '_').trim();
  let safe = plain.replace(/^\.+/, '_').replace(/[. ]+$/, '');
  if (RESERVED.test(safe)) safe = `_${safe}`;
  const letters = Array.from(safe);
  if (letters.length > NAME_MAX) {
    const end = /\.[^.]{1,19}$/.exec(safe)?.[0] ?? '';
    safe = letters.slice(0, NAME_MAX - END_MAX).join('') + end;
  }
  return safe === '' ? 'file' : safe;
}

export function safeMime(mime: string): string {
  return mime.length <= 100 && /^[\w.+-]+\/[\w.+-]+$/.test(mime) ? mime.toLowerCase() : '';
}

/** Whether it may do something when it is opened. */
export function isProgram(name: string): boolean {
  return PROGRAMS.has(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
}
