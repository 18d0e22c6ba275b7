export const PLATFORMS = ['android', 'iphone', 'windows', 'mac', 'firefox'] as const;

export type Platform = (typeof PLATFORMS)[number];

/** Whose steps are shown first. An iPad says that it is a Mac, but is touched. */
export function platformOf(agent: string, touchPoints: number): Platform {
  if (/android/i.test(agent)) return 'android';
  if (/iphone|ipad/i.test(agent) || (/macintosh/i.test(agent) && touchPoints > 1)) return 'iphone';
  if (/firefox/i.test(agent)) return 'firefox';
  return /macintosh/i.test(agent) ? 'mac' : 'windows';
}
