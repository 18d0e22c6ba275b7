import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import { useSelected } from '../../../shared/lib/useObservable';
import { moveFocus } from '../../../shared/lib/useRoving';
import { ICON, StateNote } from '../../../shared/ui';
import { useChat } from '../model/context';
import { filterRooms, type RoomFilter } from '../model/filter';
import { LONGEST } from '../model/Search';
import { sortRooms } from '../model/room';
import { ConversationRow } from './ConversationRow';
import { FoundMessages } from './FoundMessages';
import classes from './List.module.css';
import { useSearch } from './useSearch';

interface Props {
  title: string;
  emptyText: string;
  /** Where there are many: unread only, online only. */
  filters: boolean;
  selected: string | undefined;
}

const FILTERS: readonly { value: RoomFilter; label: () => string }[] = [
  { value: 'all', label: m.filter_all },
  { value: 'unread', label: m.filter_unread },
  { value: 'online', label: m.filter_online },
];

export function ConversationList({ title, emptyText, filters, selected }: Props) {
  const chat = useChat();
  const rooms = useSelected(chat.state, (state) => state.rooms);
  const [text, setText] = useState('');
  const [filter, setFilter] = useState<RoomFilter>('all');
  const wanted = useDeferredValue(text);
  const search = useRef<HTMLInputElement>(null);
  const found = useSearch(text);
  useSearchKey(search);

  const shown = useMemo(() => filterRooms(sortRooms(rooms.values()), filter, wanted, selected), [rooms, filter, wanted, selected]);
  const focusable = shown.find((room) => room.other._id === selected) ?? shown[0];
  return (
    <>
      <div className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        {rooms.size > 0 && (
          <TextInput
            ref={search} size="sm" type="search" maxLength={LONGEST} aria-label={m.chat_search()} placeholder={m.chat_search()}
            leftSection={<IconSearch {...ICON} size={18} />} value={text} onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {filters && (
          <div className={classes.filters} role="group" aria-label={m.chat_filter()}>
            {FILTERS.map(({ value, label }) => (
              <button key={value} type="button" className={classes.filter} aria-pressed={filter === value} onClick={() => setFilter(value)}>
                {label()}
              </button>
            ))}
          </div>
        )}
      </div>
      <div className={classes.scroll}>
        {shown.length > 0 ? (
          // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- arrow keys move among the links inside
          <ul className={classes.rows} aria-label={m.chat_list_label()} onKeyDown={moveFocus}>
            {shown.map((room) => (
              <ConversationRow key={room.other._id} room={room} selected={room.other._id === selected} focusable={room === focusable} />
            ))}
          </ul>
        ) : (
          found.q === '' && <StateNote title={rooms.size === 0 ? m.chat_nobody() : m.chat_no_match()} text={rooms.size === 0 ? emptyText : m.chat_no_match_text()} />
        )}
        {found.q !== '' && <FoundMessages found={found} />}
      </div>
    </>
  );
}

/** Ctrl or ⌘ with K goes to the search, as in other programs with many conversations. */
function useSearchKey(search: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || !search.current) return;
      event.preventDefault();
      search.current.select();
      search.current.focus();
    };
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, [search]);
}
