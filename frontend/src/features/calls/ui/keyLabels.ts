import { m } from '../../../shared/i18n';
import type { CallAction } from '../model/keys';

export function keyLabel(action: CallAction): string {
  switch (action) {
    case 'microphone':
      return m.call_key_microphone();
    case 'camera':
      return m.call_key_camera();
    case 'screen':
      return m.call_key_screen();
    case 'fullscreen':
      return m.call_key_fullscreen();
    case 'figures':
      return m.call_key_figures();
    case 'keys':
      return m.call_key_keys();
  }
}
