/** The first letters of a name, without the titles before it. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word) && !/\.$/.test(word) && !/^(dr|prof|mr|mrs|ms|frau|herr)$/i.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '');
  return letters.join('').toLocaleUpperCase() || (Array.from(name.trim())[0] ?? '?').toLocaleUpperCase();
}
