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
