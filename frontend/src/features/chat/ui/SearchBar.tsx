import { IconChevronDown, IconChevronUp, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import { useChat } from '../model/context';
import { LONGEST } from '../model/Search';
import classes from './SearchBar.module.css';
import { useSearch } from './useSearch';

interface Props {
  otherId: string;
  name: string;
  conversationId: string;
  onClose: () => void;
}

/** Looks through one conversation: the newest that fits first, from there to older ones. */
export function SearchBar({ otherId, name, conversationId, onClose }: Props) {
  const chat = useChat();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { phase, problem, results, more, loadMore } = useSearch(text, conversationId);
  const field = useRef<HTMLInputElement>(null);
  const count = results.length;
  const current = results[at];
  const show = useEffectEvent((seq: number) => void chat.jump(otherId, seq));

  useEffect(() => field.current?.focus(), []);
  const seq = current?.seq;
  useEffect(() => {
    if (seq !== undefined) show(seq);
  }, [seq]);

  const older = () => {
    if (at + 1 < count) setAt(at + 1);
    else if (more) void loadMore().then(() => setAt(at + 1));
    else setAt(0);
  };
  const newer = () => setAt(at > 0 ? at - 1 : Math.max(0, count - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      if (event.key === 'ArrowDown' || (event.key === 'Enter' && event.shiftKey)) newer();
      else older();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
    }
  };
  return (
    <div className={classes.bar} role="search" aria-label={m.search_in({ name })}>
      <IconSearch {...ICON} size={18} aria-hidden="true" className={classes.icon} />
      <input
        ref={field} type="search" maxLength={LONGEST} className={classes.field} value={text} aria-label={m.search_in({ name })} placeholder={m.search_in_placeholder()}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <span className={classes.count} role="status">
        {phase === 'failed' ? errorText(problem ?? 'internal')
          : phase === 'busy' && count === 0 ? m.searching()
          : phase !== 'idle' && (count === 0 ? m.search_none() : m.search_position({ at: Math.min(at + 1, count), count: more ? `${count}+` : count }))}
      </span>
      <button type="button" className={classes.button} disabled={count === 0} aria-label={m.search_older()} title={m.search_older()} onClick={older}><IconChevronUp {...ICON} /></button>
      <button type="button" className={classes.button} disabled={count === 0} aria-label={m.search_newer()} title={m.search_newer()} onClick={newer}><IconChevronDown {...ICON} /></button>
      <button type="button" className={classes.button} aria-label={m.search_close()} title={m.search_close()} onClick={onClose}><IconX {...ICON} /></button>
    </div>
  );
}
