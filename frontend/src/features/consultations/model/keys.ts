import { m } from '../../../shared/i18n';

export type RoomAction = 'microphone' | 'camera' | 'screen' | 'hand' | 'fullscreen' | 'keys';

/** Those of a call of two, and the hand. */
export const ROOM_KEYS: readonly { key: string; action: RoomAction; label: () => string }[] = [
  { key: 'm', action: 'microphone', label: m.call_key_microphone },
  { key: 'c', action: 'camera', label: m.call_key_camera },
  { key: 's', action: 'screen', label: m.call_key_screen },
  { key: 'h', action: 'hand', label: m.room_key_hand },
  { key: 'f', action: 'fullscreen', label: m.call_key_fullscreen },
  { key: '?', action: 'keys', label: m.call_key_keys },
];
