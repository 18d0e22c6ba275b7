import { IconSend2 } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, type SubmitEvent, useEffect, useRef } from 'react';
import { m } from '../../i18n';
import { useEnterSends } from '../../lib/enterSends';
import { clockTime } from '../../lib/time';
import { RoundButton } from './Button';
import styles from './Words.module.css';

interface WordListProps {
  label: string;
  /** Whom the words are for, and how long they last. */
  note: string;
  /** How many there are: the end stays in view as they become more. */
  count: number;
  children: ReactNode;
}

/** What people write beside their pictures. */
export function WordList({ label, note, count, children }: WordListProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- what scrolls can be scrolled by keys
    <ol ref={list} className={styles.list} tabIndex={0} aria-label={label}>
      <li className={styles.note}>{note}</li>
      {children}
    </ol>
  );
}

interface WordItemProps {
  text: string;
  by: string;
  at: number;
  mine: boolean;
  /** How far it has come, where that is worth saying. */
  state?: string | undefined;
}

export function WordItem({ text, by, at, mine, state }: WordItemProps) {
  return (
    <li className={styles.word} data-mine={mine}>
      <p className={styles.text}>{text}</p>
      <p className={styles.facts}>
        {by} · {clockTime(new Date(at).toISOString())}
        {state === undefined ? null : ` · ${state}`}
      </p>
    </li>
  );
}

interface ComposerProps {
  text: string;
  label: string;
  max: number;
  /** It can be written, and not be sent yet. */
  waits?: boolean;
  /** Above the line to write on. */
  above?: ReactNode;
  /** Before it. */
  before?: ReactNode;
  onText: (text: string) => void;
  onSend: (text: string) => void;
}

export function WordComposer({ text, label, max, waits = false, above, before, onText, onSend }: ComposerProps) {
  const [enterSends] = useEnterSends();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);

  const send = () => {
    if (waits) return;
    onSend(text);
    onText('');
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
  return (
    <form className={styles.composer} onSubmit={onSubmit}>
      {above}
      <div className={styles.row}>
        {before}
        <textarea
          ref={area}
          className={styles.input}
          rows={1}
          maxLength={max}
          value={text}
          placeholder={m.call_word_placeholder()}
          aria-label={label}
          onChange={(event) => onText(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <RoundButton size="small" type="submit" icon={<IconSend2 size={20} stroke={1.75} />} label={m.call_word_send()} disabled={waits || text.trim() === ''} />
      </div>
    </form>
  );
}
