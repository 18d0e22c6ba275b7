import { m } from '../../../shared/i18n';
import { KeysSheet } from '../../../shared/media/ui/KeysSheet';
import { CALL_KEYS } from '../model/keys';
import { keyLabel } from './keyLabels';

/** The keys of a call of two. */
export function CallKeys({ onClose }: { onClose: () => void }) {
  const keys = CALL_KEYS.map(({ key, action }) => ({ key: key.toUpperCase(), label: keyLabel(action) }));
  return <KeysSheet keys={[...keys, { key: 'Esc', label: m.call_key_escape() }]} note={m.call_keys_leave()} onClose={onClose} />;
}
