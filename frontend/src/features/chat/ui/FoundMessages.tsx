import { Link } from '@tanstack/react-router';
import { errorText, m } from '../../../shared/i18n';
import { moveFocus } from '../../../shared/lib/useRoving';
import { fullTime, shortTime } from '../../../shared/lib/time';
import { Avatar } from '../../../shared/ui';
import { useChat } from '../model/context';
import { piecesOf } from '../model/found';
import { previewOf } from '../model/preview';
import type { SearchState } from '../model/Search';
import classes from './List.module.css';

/** Messages from all conversations that have the words, newest first; each leads to its place. */
export function FoundMessages({ found }: { found: SearchState & { loadMore: () => Promise<void> } }) {
  const chat = useChat();
  const { q, phase, problem, results, more, loadMore } = found;
  const shown = results.flatMap((entry) => {
    const otherId = entry.senderId === chat.userId ? entry.receiverId : entry.senderId;
    const other = chat.room(otherId)?.other;
    return other ? [{ entry, other }] : [];
  });
  return (
    <section className={classes.found} aria-label={m.found_messages()}>
      <h2 className={classes.foundTitle}>{m.found_messages()}</h2>
      <p className={classes.foundNote} role="status">
        {phase === 'failed' ? errorText(problem ?? 'internal') : phase === 'busy' && shown.length === 0 ? m.searching() : phase === 'done' && shown.length === 0 && m.search_none()}
      </p>
      {shown.length > 0 && (
        // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- arrow keys move among the links inside
        <ul className={classes.foundRows} aria-label={m.found_messages()} onKeyDown={moveFocus}>
          {shown.map(({ entry, other }, index) => (
            <li key={entry._id}>
              <Link
                className={classes.row} to="/chats/{-$userId}" params={{ userId: other._id }} data-roving tabIndex={index === 0 ? 0 : -1}
                onClick={() => void chat.jump(other._id, entry.seq)}
              >
                <Avatar id={other._id} name={other.name} image={other.profileImage} size={40} />
                <span className={classes.text}>
                  <span className={classes.line}>
                    <span className={classes.name}>{other.name}</span>
                    <time className={classes.time} dateTime={entry.createdAt} title={fullTime(entry.createdAt)}>{shortTime(entry.createdAt)}</time>
                  </span>
                  <span className={classes.foundText}>
                    {piecesOf(previewOf(entry, chat.userId), q).map(({ text, hit }, at) => (hit ? <mark key={at} className={classes.hit}>{text}</mark> : text))}
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {more && <button type="button" className={classes.foundMore} disabled={phase === 'busy'} onClick={() => void loadMore()}>{m.found_more()}</button>}
    </section>
  );
}
