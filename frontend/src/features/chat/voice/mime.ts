/** In the order of liking: Opus is clear at few bytes; Safari before 18.4 records only MP4. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm', 'audio/ogg;codecs=opus'];

/** What this browser can record; null where it can't. */
export function recordingType(isSupported: (type: string) => boolean): string | null {
  return TYPES.find((type) => isSupported(type)) ?? null;
}

/** As files are named and declared: without the codec. */
export function fileOf(type: string, at: Date): { type: string; name: string } {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? 'audio/webm';
  const two = (value: number) => String(value).padStart(2, '0');
  const stamp = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
  const extension = plain === 'audio/mp4' ? 'm4a' : plain.slice('audio/'.length);
  return { type: plain, name: `${stamp}.${extension}` };
}
