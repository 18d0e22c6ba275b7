/** What browsers in a room tell each other on the data channel. Who says it is known by the channel alone. */
export type Said =
  | { kind: 'hand'; up: boolean }
  | { kind: 'reaction'; emoji: string }
  /** Of two whose call grows into the room: what the other sends has come. */
  | { kind: 'here' }
  /** Something was said to everybody, which the server has. */
  | { kind: 'said' }
  | { kind: 'whisper'; id: string; text: string };

export const REACTIONS = ['👍', '👏', '❤️', '😂', '😮', '🙏'] as const;
export const TEXT_MAX = 2_000;
const ID_MAX = 64;

export const saidText = (said: Said): string => JSON.stringify(said);

/** Nothing where it is none of ours: it comes from other people's browsers. */
export function parseSaid(text: string): Said | undefined {
  try {
    const { kind, up, emoji, id, text: words } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    if (kind === 'hand' && typeof up === 'boolean') return { kind, up };
    if (kind === 'here' || kind === 'said') return { kind };
    if (kind === 'reaction' && REACTIONS.some((known) => known === emoji)) return { kind, emoji: emoji as string };
    if (kind !== 'whisper' || typeof id !== 'string' || id === '' || id.length > ID_MAX || typeof words !== 'string' || words.trim() === '') return undefined;
    return { kind, id, text: words.trim().slice(0, TEXT_MAX) };
  } catch {
    return undefined;
  }
}
