import { IconX } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';

/** What to do about a voice that nobody hears; said to screen readers by `CallLayer`. */
export function VoiceHint({ engine, view, className }: { engine: CallEngine; view: CallView; className: string | undefined }) {
  const { voiceHint } = view;
  if (!voiceHint) return null;
  return (
    <div className={className} data-note>
      <span>{voiceHintText(voiceHint)}</span>
      {voiceHint === 'muted' ? <TextButton onClick={() => void engine.current?.toggleMicrophone()}>{m.call_unmute()}</TextButton> : null}
      <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.call_hint_dismiss()} onClick={() => engine.current?.hearing.dismiss()} />
    </div>
  );
}

export function voiceHintText(hint: CallView['voiceHint']): string {
  if (!hint) return '';
  return hint === 'muted' ? m.call_hint_speaking_muted() : m.call_hint_silent();
}
