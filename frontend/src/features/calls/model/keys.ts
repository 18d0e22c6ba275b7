export type CallAction = 'microphone' | 'camera' | 'screen' | 'fullscreen' | 'figures' | 'keys';

/** One letter each, while the call has the window. Leaving has none: a slip must not end a call. */
export const CALL_KEYS: readonly { key: string; action: CallAction }[] = [
  { key: 'm', action: 'microphone' },
  { key: 'c', action: 'camera' },
  { key: 's', action: 'screen' },
  { key: 'f', action: 'fullscreen' },
  { key: 'i', action: 'figures' },
  { key: '?', action: 'keys' },
];

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Held down. */
  repeat: boolean;
}

/** What a key asks for; nothing where it goes into a field, or is a part of another shortcut. */
export function actionOf({ key, ctrlKey, metaKey, altKey, repeat }: Pressed, typing: boolean): CallAction | undefined {
  if (typing || ctrlKey || metaKey || altKey || repeat) return undefined;
  return CALL_KEYS.find((entry) => entry.key === key.toLowerCase())?.action;
}
