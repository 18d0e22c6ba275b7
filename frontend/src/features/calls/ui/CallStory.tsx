import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { type CallStory as Story, storyJson, type Stretch } from '../model/history';
import type { CallEnd, CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import styles from './CallStory.module.css';
import { clockText } from '../../../shared/media/clockText';
import { saveFile } from './LogDownload';
import { momentText, stretchesText } from './storyLabels';

/** How the call was from its beginning to its end, and what happened when, for whoever wants to know. */
export function CallStory({ view, end, story }: { view: CallView; end: CallEnd; story: Story }) {
  const [open, setOpen] = useState(false);
  const { name } = view.peer;
  const save = () => {
    const { callId, kind, acceptedAt } = view;
    saveFile(storyJson(story, { callId, kind, acceptedAt, reason: end.reason }), 'application/json', 'moodbites-call', 'json');
  };
  return (
    <section className={styles.story} aria-label={m.story()}>
      <Line stretches={story.stretches} whose={story.theirs && m.story_ours()} />
      {story.theirs ? <Line stretches={story.theirs} whose={m.story_theirs({ name })} /> : null}
      <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
        {m.story()}
      </button>
      {open ? (
        <>
          <ol className={styles.moments}>
            {story.moments.map((moment, index) => (
              <li key={index}>
                <span className={styles.at}>{clockText(moment.at)}</span>
                <span>{momentText(moment, name)}</span>
              </li>
            ))}
            {story.more ? <li>{m.story_more()}</li> : null}
          </ol>
          <TextButton onClick={save}>{m.story_save()}</TextButton>
        </>
      ) : null}
    </section>
  );
}

function Line({ stretches, whose }: { stretches: Stretch[]; whose: string | undefined }) {
  return (
    <>
      <div className={styles.line} aria-hidden="true">
        {stretches.map(({ from, to, felt }) => (
          <span key={from} style={{ flexGrow: Math.max(1, to - from) }} data-felt={felt} />
        ))}
      </div>
      <p className={styles.words}>
        {whose ? `${whose} ` : ''}
        {stretchesText(stretches)}
      </p>
    </>
  );
}
