import { Button } from '@mantine/core';
import { IconMessageCircle } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useEffectEvent, type ReactNode } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { useSelected } from '../../../shared/lib/useObservable';
import { useOnePane } from '../../../shared/lib/useMediaQuery';
import { StateNote, useAnnounce } from '../../../shared/ui';
import { useChat } from '../model/context';
import { previewOf } from '../model/preview';
import { sortRooms } from '../model/room';
import classes from './ChatLayout.module.css';
import { Conversation } from './Conversation';
import { ListSkeleton } from './ListSkeleton';

interface Props {
  list: (props: { selected: string | undefined }) => ReactNode;
  empty: { title: string; text: string };
}

/** List beside conversation, or one of them at a time. */
export function ChatLayout({ list, empty }: Props) {
  const chat = useChat();
  const onePane = useOnePane();
  const { userId } = useParams({ from: '/app/chats/{-$userId}' });
  const phase = useSelected(chat.state, (state) => state.phase);
  const problem = useSelected(chat.state, (state) => state.problem);
  const known = useSelected(chat.state, (state) => userId !== undefined && state.rooms.has(userId));
  useArrivalsSaid();
  useNeighbourKeys(userId);

  const showList = !onePane || userId === undefined;
  const showConversation = !onePane || userId !== undefined;
  return (
    <main className={classes.layout} data-one-pane={onePane || undefined}>
      {showList && (
        <section className={classes.list} aria-label={m.chat_list_label()}>
          {phase === 'loading' && <ListSkeleton />}
          {phase === 'failed' && (
            <StateNote
              alert title={m.chat_failed()} text={errorText(problem ?? 'internal')}
              action={<Button onClick={() => void chat.reload()}>{m.try_again()}</Button>}
            />
          )}
          {phase === 'ready' && list({ selected: userId })}
        </section>
      )}
      {showConversation && (
        <section className={classes.conversation} aria-label={m.chat_conversation_label()}>
          {userId !== undefined && known && <Conversation key={userId} otherId={userId} />}
          {userId !== undefined && !known && phase === 'ready' && <StateNote title={m.chat_unknown()} text={m.chat_unknown_text()} />}
          {userId === undefined && phase === 'ready' && (
            <StateNote icon={<IconMessageCircle size={32} stroke={1.5} />} title={empty.title} text={empty.text} />
          )}
        </section>
      )}
    </main>
  );
}

/** What comes in is read out, whoever wrote it. */
function useArrivalsSaid(): void {
  const chat = useChat();
  const announce = useAnnounce();
  useEffect(
    () => chat.onArrival((entry, from) => announce(m.arrival({ name: from.name, text: previewOf(entry, chat.userId).slice(0, 200) }))),
    [announce, chat],
  );
}

/** Alt with an arrow goes to the conversation above or below. */
function useNeighbourKeys(current: string | undefined): void {
  const chat = useChat();
  const navigate = useNavigate();
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const order = sortRooms(chat.state.value.rooms.values()).map((room) => room.other._id);
    const at = current === undefined ? -1 : order.indexOf(current);
    const next = order[event.key === 'ArrowDown' ? at + 1 : at - 1];
    if (next !== undefined) void navigate({ to: '/chats/{-$userId}', params: { userId: next }, replace: current !== undefined });
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}
