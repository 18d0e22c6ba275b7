import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import { TextButton } from '../../../shared/media/ui/Button';

/** Gives a text as a file, named after the minute. */
export function saveFile(text: string, type: string, name: string, ending: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}

/** For who has switched on `webrtc-debug`: what happened in the calls of this page, as a file to hand on. */
export function LogDownload({ engine }: { engine: CallEngine }) {
  if (engine.log === undefined) return null;
  return <TextButton onClick={() => saveFile(engine.log ?? '', 'text/plain', 'moodbites-call-log', 'txt')}>{m.call_log_download()}</TextButton>;
}
