import { useEffect, useState } from 'react';
import { m } from '../../../shared/i18n';
import { shortName } from '../../../shared/lib/fileKind';
import type { Beside, News } from '../model/beside';
import { newsText, sizeText } from './besideLabels';
import styles from './BesideNotice.module.css';
import { TextButton } from '../../../shared/media/ui/Button';
import { Answer } from './FileRow';
import { useBeside } from './useBeside';

const SHOWN_MS = 8_000;
const WORDS_SHOWN = 160;

/** What came while nobody looks at words and files: a file that waits for an answer, else the latest word, else what became of a file. */
export function BesideNotice({ beside, name, onOpen }: { beside: Beside; name: string; onOpen: () => void }) {
  const { files, words, unseen, news } = useBeside(beside);
  const fresh = useFresh(news);
  const offer = files.find(({ incoming, state }) => incoming && state === 'offered');
  if (offer) {
    return (
      <div className={styles.notice}>
        <p className={styles.text}>{m.call_file_wish({ name, file: shortName(offer.name), size: sizeText(offer.size) })}</p>
        <Answer beside={beside} file={offer} />
      </div>
    );
  }
  const word = unseen > 0 ? words.findLast(({ mine }) => !mine) : undefined;
  const text = word ? newsText({ key: 0, kind: 'word', text: word.text }, name) : fresh && fresh.kind !== 'offer' && fresh.kind !== 'word' ? newsText(fresh, name) : undefined;
  if (text === undefined) return null;
  const letters = Array.from(text);
  return (
    <div className={styles.notice} data-row>
      <p className={styles.text}>{letters.length > WORDS_SHOWN ? `${letters.slice(0, WORDS_SHOWN).join('').trimEnd()}…` : text}</p>
      <TextButton onClick={onOpen}>{m.call_beside_read()}</TextButton>
    </div>
  );
}

/** The same for ears: said once, politely, wherever the person is in the app. */
export function BesideSpoken({ beside, name, className }: { beside: Beside; name: string; className: string | undefined }) {
  const { news } = useBeside(beside);
  return (
    <p className={className} role="status" aria-live="polite">
      {news ? <span key={news.key}>{newsText(news, name)}</span> : null}
    </p>
  );
}

function useFresh(news: News | undefined): News | undefined {
  const [old, setOld] = useState(news?.key);
  useEffect(() => {
    const timer = setTimeout(() => setOld(news?.key), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [news?.key]);
  return news && news.key !== old ? news : undefined;
}
