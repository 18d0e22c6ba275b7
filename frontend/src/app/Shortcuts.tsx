import { Kbd, Modal } from '@mantine/core';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import '@mantine/core/styles/Kbd.css';
import { CALL_KEYS, keyLabel } from '../features/calls';
import { m } from '../shared/i18n';
import classes from './Shortcuts.module.css';

const LIST: readonly { keys: readonly string[]; text: () => string }[] = [
  { keys: ['Enter'], text: m.shortcut_send },
  { keys: ['Shift', 'Enter'], text: m.shortcut_break },
  { keys: ['Alt', '↑'], text: m.shortcut_previous },
  { keys: ['Alt', '↓'], text: m.shortcut_next },
  { keys: ['Ctrl', 'K'], text: m.shortcut_filter },
  { keys: ['Ctrl', 'F'], text: m.shortcut_search },
  { keys: ['↑'], text: m.shortcut_edit },
  { keys: ['End'], text: m.shortcut_latest },
  { keys: ['Esc'], text: m.shortcut_back },
  { keys: ['?'], text: m.shortcut_help },
];

export default function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened centered onClose={onClose} title={m.shortcuts_title()} closeButtonProps={{ 'aria-label': m.close() }} radius={12}>
      <dl className={classes.list}>
        {LIST.map(({ keys, text }) => (
          <div key={keys.join()} className={classes.row}>
            <dt>{text()}</dt>
            <dd>{keys.map((key) => <Kbd key={key}>{key}</Kbd>)}</dd>
          </div>
        ))}
      </dl>
      <h3 className={classes.part}>{m.shortcuts_call()}</h3>
      <dl className={classes.list}>
        {CALL_KEYS.filter(({ action }) => action !== 'keys').map(({ key, action }) => (
          <div key={key} className={classes.row}>
            <dt>{keyLabel(action)}</dt>
            <dd><Kbd>{key.toUpperCase()}</Kbd></dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
