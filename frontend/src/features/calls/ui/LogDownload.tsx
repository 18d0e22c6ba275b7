import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import { TextButton } from './Button';

/** For who has switched on `webrtc-debug`: what happened in the calls of this page, as a file to hand on. */
export function LogDownload({ engine }: { engine: CallEngine }) {
  if (engine.log === undefined) return null;
  const save = () => {
    const address = URL.createObjectURL(new Blob([engine.log ?? ''], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `moodbites-call-log-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address));
  };
  return <TextButton onClick={save}>{m.call_log_download()}</TextButton>;
}
