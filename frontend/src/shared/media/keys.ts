export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Held down. */
  repeat: boolean;
}

/** What a key asks for, of those that there are; nothing where it goes into a field, or is a part of another shortcut. */
export function actionOf<A>(keys: readonly { key: string; action: A }[], { key, ctrlKey, metaKey, altKey, repeat }: Pressed, typing: boolean): A | undefined {
  if (typing || ctrlKey || metaKey || altKey || repeat) return undefined;
  return keys.find((entry) => entry.key === key.toLowerCase())?.action;
}
