import { ActionIcon } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { m } from '../../../shared/i18n';
import { useEnterSends } from '../../../shared/lib/enterSends';
import { useObservable, useSelected } from '../../../shared/lib/useObservable';
import { ICON } from '../../../shared/ui';
import { AttachButton } from '../attach/AttachButton';
import type { Attachments } from '../attach/useAttachments';
import { useChat } from '../model/context';
import { byteLength, MAX_BYTES } from '../model/limits';
import { problemText } from '../voice/problem';
import { useRecorder } from '../voice/recorders';
import type { RecorderState } from '../voice/Recorder';
import { VoiceBar } from '../voice/VoiceBar';
import { VoiceButton } from '../voice/VoiceButton';
import { AimBar } from './AimBar';
import classes from './Composer.module.css';
import { useWriting } from './useWriting';

const LINES = 6;

/** As high as what is written needs at this width, up to six lines. */
function fit(element: HTMLTextAreaElement): void {
  element.style.height = 'auto';
  const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(element);
  const most = parseFloat(lineHeight) * LINES + parseFloat(paddingTop) + parseFloat(paddingBottom);
  element.style.height = `${Math.min(element.scrollHeight, most)}px`;
  element.toggleAttribute('data-scrolls', element.scrollHeight > most);
}

interface Props {
  otherId: string;
  name: string;
  attachments: Attachments;
}

export function Composer({ otherId, name, attachments }: Props) {
  const chat = useChat();
  const { text, aim, write } = useWriting(otherId);
  const pageOnly = useSelected(chat.outbox.safety, (safety) => safety === 'page-only');
  const [enterSends] = useEnterSends();
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  const over = text.length * 3 > MAX_BYTES ? byteLength(text.trim()) - MAX_BYTES : 0;
  const sendable = text.trim() !== '' && over <= 0;
  const recorder = useRecorder(otherId);
  const voice = useObservable(recorder.state);
  const [slide, setSlide] = useState(0);
  const writing = voice.phase === 'idle';
  const editing = aim?.kind === 'edit';

  useLayoutEffect(() => {
    if (field.current) fit(field.current);
  }, [text, writing]);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      fit(element);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [writing]);

  // Ready to write, but on a phone not with the keyboard over what is to be read.
  useEffect(() => {
    if (writing && !window.matchMedia('(pointer: coarse)').matches) field.current?.focus({ preventScroll: true });
  }, [writing]);

  // Chosen in a menu: go on writing here.
  const chosen = aim?.entry.messageId;
  useEffect(() => {
    if (chosen !== undefined) field.current?.focus();
  }, [chosen, editing]);

  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!sendable) return;
    chat.send(otherId, text.trim());
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && aim) {
      event.preventDefault();
      chat.aims.set(otherId, null);
    }
    if (event.key === 'ArrowUp' && text === '' && chat.editLast(otherId)) event.preventDefault();
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey || event.altKey) return;
    if (enterSends || event.ctrlKey || event.metaKey) send(event);
  };
  return (
    <div className={classes.foot}>
      <form className={classes.composer} onSubmit={send}>
        {over > 0 && (
          <p id={problemId} className={classes.problem} role="alert">{m.composer_too_long({ count: over })}</p>
        )}
        {voice.phase === 'idle' && voice.problem && <p className={classes.problem} role="alert">{problemText(voice.problem)}</p>}
        {pageOnly && <p className={classes.note} role="status">{m.composer_page_only()}</p>}
        <AimBar otherId={otherId} name={name} />
        <div className={classes.box}>
          {voice.phase === 'idle' ? (
            <>
              <AttachButton input={attachments.input} onFiles={attachments.add} />
              <textarea
                ref={field} className={classes.field} rows={1} value={text} placeholder={m.composer_placeholder()}
                aria-label={m.composer_label({ name })} aria-invalid={over > 0} aria-describedby={over > 0 ? problemId : undefined}
                enterKeyHint={enterSends ? 'send' : 'enter'}
                onChange={(event) => {
                  const value = event.currentTarget.value;
                  recorder.dismiss();
                  write(value);
                  if (value.trim() === '' || editing) chat.typing.stopped();
                  else chat.typing.typed(otherId);
                }}
                onKeyDown={onKeyDown}
              />
            </>
          ) : (
            <VoiceBar recorder={recorder} state={voice} slide={slide} />
          )}
          {isHandFree(voice) && text.trim() === '' && <VoiceButton recorder={recorder} state={voice} onSlide={setSlide} />}
          {writing && text.trim() !== '' && (
            <ActionIcon className={classes.send} type="submit" size={36} radius="xl" variant="filled" disabled={!sendable} aria-label={editing ? m.editing_save() : m.composer_send()}>
              <IconArrowUp {...ICON} stroke={2} />
            </ActionIcon>
          )}
        </div>
      </form>
    </div>
  );
}

/** The button that records is under the finger, or free to be pressed. */
const isHandFree = (voice: RecorderState): boolean => voice.phase === 'idle' || voice.phase === 'asking' || (voice.phase === 'recording' && !voice.locked);
