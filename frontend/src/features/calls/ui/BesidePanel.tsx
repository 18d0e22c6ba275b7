import { IconPaperclip, IconSend2, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import { useEnterSends } from '../../../shared/lib/enterSends';
import { clockTime } from '../../../shared/lib/time';
import type { Beside } from '../model/beside';
import type { TransferView } from '../model/files/transfer';
import { TEXT_MAX, type Word } from '../model/talk';
import type { CallView } from '../model/view';
import { takingText, turnedAwayText, wordState } from './besideLabels';
import styles from './BesidePanel.module.css';
import { RoundButton } from '../../../shared/media/ui/Button';
import { FileRow } from './FileRow';
import { useBeside, useStickToEnd } from './useBeside';

const ICON = { size: 20, stroke: 1.75 };

/** Words and files of the call, in the order in which they came: beside the picture, on a phone over its lower part. */
export function BesidePanel({ beside, view, id, onClose }: { beside: Beside; view: CallView; id: string; onClose: () => void }) {
  const { words, files, taking, max, turnedAway } = useBeside(beside);
  const list = useRef<HTMLOListElement>(null);
  const { name } = view.peer;
  const items = inOrder(words, files);
  useStickToEnd(list, items.length);
  useEffect(() => {
    beside.look(true);
    return () => beside.look(false);
  }, [beside]);

  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation(); // the call's own keys are single letters
    if (event.key === 'Escape') onClose();
  };
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape closes it
    <section id={id} className={styles.panel} aria-label={m.call_beside()} onKeyDown={onKey}>
      <header className={styles.top}>
        <h3 className={styles.title}>{m.call_beside()}</h3>
        <RoundButton size="small" icon={<IconX {...ICON} />} label={m.call_close()} onClick={onClose} />
      </header>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- what scrolls can be scrolled by keys */}
      <ol className={styles.list} ref={list} tabIndex={0} aria-label={m.call_beside_list()}>
        <li className={styles.note}>{m.call_beside_note({ name })}</li>
        {items.map((item) =>
          'text' in item ? (
            <WordItem key={item.id} word={item} name={name} />
          ) : (
            <li key={item.key} className={styles.file}>
              <FileRow beside={beside} file={item} name={name} connected={taking === 'yes' && view.link === 'connected'} />
            </li>
          ),
        )}
      </ol>
      {turnedAway ? (
        <p className={styles.warning} role="alert">
          {turnedAwayText(turnedAway, max, name)}
        </p>
      ) : null}
      <Composer beside={beside} name={name} cannot={takingText(taking, name)} />
    </section>
  );
}

function WordItem({ word, name }: { word: Word; name: string }) {
  const state = wordState(word);
  return (
    <li className={styles.word} data-mine={word.mine}>
      <p className={styles.text}>{word.text}</p>
      <p className={styles.facts}>
        {word.mine ? m.call_word_you() : name} · {clockTime(new Date(word.at).toISOString())}
        {state === undefined ? null : ` · ${state}`}
      </p>
    </li>
  );
}

function Composer({ beside, name, cannot }: { beside: Beside; name: string; cannot: string | undefined }) {
  const [text, setText] = useState(beside.draft);
  const [enterSends] = useEnterSends();
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => area.current?.focus(), []);

  const write = (next: string) => {
    beside.keepDraft(next);
    setText(next);
  };
  const send = () => {
    beside.write(text);
    write('');
    area.current?.focus();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || !enterSends || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const onPick = () => {
    const input = picker.current;
    if (!input) return;
    beside.offer([...(input.files ?? [])]);
    input.value = '';
  };
  return (
    <form className={styles.composer} onSubmit={onSubmit}>
      {cannot === undefined ? null : <p className={styles.cannot}>{cannot}</p>}
      <div className={styles.row}>
        <input ref={picker} type="file" multiple hidden onChange={onPick} />
        <RoundButton
          size="small"
          icon={<IconPaperclip {...ICON} />}
          label={m.call_files_send()}
          disabled={cannot !== undefined}
          onClick={() => picker.current?.click()}
        />
        <textarea
          ref={area}
          className={styles.input}
          rows={1}
          maxLength={TEXT_MAX}
          value={text}
          placeholder={m.call_word_placeholder()}
          aria-label={m.call_word_to({ name })}
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <RoundButton size="small" type="submit" icon={<IconSend2 {...ICON} />} label={m.call_word_send()} disabled={text.trim() === ''} />
      </div>
    </form>
  );
}

function inOrder(words: readonly Word[], files: readonly TransferView[]): (Word | TransferView)[] {
  return [...words, ...files].sort((a, b) => a.at - b.at);
}
