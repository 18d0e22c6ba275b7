import type { Reaction } from '../../../shared/wire/types';

/** At hand at once. */
export const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

/** A screenful more; any other can be typed. */
export const MORE = [
  '😀', '😊', '😍', '🥰', '😎', '🤔', '😅', '😇', '🙂', '😉', '😋', '😴', '🤒', '😬', '😡', '😭',
  '👏', '🙌', '👌', '✌️', '💪', '🤝', '👀', '🤞', '👎', '✅', '❌', '❓', '❗', '💯', '🔥', '⭐',
  '🎉', '🎂', '💐', '🌱', '🥦', '🥕', '🍅', '🥗', '🍎', '🍌', '🍓', '🫐', '🥑', '🍞', '🥛', '💧',
  '☕', '🍵', '🏃', '🚶', '🧘', '⚖️', '💊', '🩺',
] as const;

const MAX_BYTES = 32;

/** The first emoji of what was typed; null where there is none. */
export function emojiIn(text: string): string | null {
  const segments = 'Segmenter' in Intl ? [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment) : Array.from(text);
  const found = segments.find((each) => /\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3/u.test(each));
  return found !== undefined && new TextEncoder().encode(found).length <= MAX_BYTES ? found : null;
}

export interface ReactionGroup {
  reaction: string;
  userIds: string[];
}

/** The same reaction once, in the order in which they came. */
export function grouped(reactions: readonly Reaction[]): ReactionGroup[] {
  const groups = new Map<string, string[]>();
  for (const { reaction, userId } of reactions) groups.set(reaction, [...(groups.get(reaction) ?? []), userId]);
  return [...groups].map(([reaction, userIds]) => ({ reaction, userIds }));
}
