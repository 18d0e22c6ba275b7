import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { clockTime } from '../../../shared/lib/time';
import type { RoomApi } from '../api';
import styles from './Written.module.css';

interface WrittenProps {
  api: Pick<RoomApi, 'words'>;
  roomId: string;
  /** Which of those that there were in the room; the newest where it is not said. */
  consultationId?: string | undefined;
  /** Where there is nothing to be read nothing is said of it. */
  quiet?: boolean;
}

/** What was written to everybody in a consultation, for those to whom it was. */
export function Written({ api, roomId, consultationId, quiet = false }: WrittenProps) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['written', roomId, consultationId ?? ''],
    queryFn: ({ pageParam }) => api.words(pageParam, consultationId),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    retry: false,
  });
  const words = data?.pages.flatMap((page) => page.words) ?? [];
  if (quiet && words.length === 0) return null;
  return (
    <section className={styles.written} aria-label={m.written()}>
      {quiet ? <h2 className={styles.title}>{m.written()}</h2> : null}
      {error ? <p role="alert" className={styles.quiet}>{errorText(codeOf(error))}</p> : null}
      {isPending ? <p className={styles.quiet}>{m.loading()}</p> : null}
      {data && words.length === 0 ? <p className={styles.quiet}>{m.written_nothing()}</p> : null}
      {words.length > 0 ? <p className={styles.quiet}>{m.written_who()}</p> : null}
      <ol className={styles.list}>
        {words.map(({ number, name, guest, text, at, clientMessageId }) => (
          <li key={number} className={styles.word}>
            <p className={styles.by}>
              {clientMessageId === undefined ? name : m.call_word_you()}
              {guest && clientMessageId === undefined ? ` · ${m.room_guest()}` : ''} · <time dateTime={at}>{clockTime(at)}</time>
            </p>
            <p className={styles.text}>{text}</p>
          </li>
        ))}
      </ol>
      {hasNextPage ? <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{m.written_more()}</Button> : null}
    </section>
  );
}
