import { useEffect, useState, useSyncExternalStore } from 'react';
import { m } from '../../../../shared/i18n';
import type { IceAnswer } from '../../model/ice';
import { verdictOf } from '../../model/trial/findings';
import { browserTrial, storedResult } from '../../model/trial/browser';
import type { Trial } from '../../model/trial/trial';
import { TextButton } from '../../../../shared/media/ui/Button';
import tokens from '../../../../shared/media/ui/tokens.module.css';
import { Rows } from './Rows';
import { SendResult } from './SendResult';
import styles from './TrialPage.module.css';
import { timeText, verdictText } from './words';

export interface TrialPageProps {
  fetchIceServers: () => Promise<IceAnswer>;
  /** Who may be told of the result. */
  people: readonly { userId: string; name: string }[];
  onSend: (userId: string, text: string) => void;
  onOpen: (userId: string) => void;
}

/** For the day before: everything that a call will need, tried where and with what the person will call. */
export function TrialPage(props: TrialPageProps) {
  const [trial, setTrial] = useState<Trial>();
  const start = () => {
    trial?.stop();
    const next = browserTrial(props.fetchIceServers);
    setTrial(next);
    void next.run();
  };
  useEffect(() => () => trial?.stop(), [trial]);
  return (
    <main className={`${styles.page} ${tokens.tokens}`}>
      <div className={styles.column}>
        <h1 className={styles.title}>{m.trial_title()}</h1>
        {trial ? <Running trial={trial} onAgain={start} {...props} /> : <Before onStart={start} {...props} />}
      </div>
    </main>
  );
}

function Before({ onStart, people, onSend, onOpen }: TrialPageProps & { onStart: () => void }) {
  const [last] = useState(storedResult);
  return (
    <>
      <p className={styles.intro}>{m.trial_intro()}</p>
      <p className={styles.quiet}>{m.trial_asks()}</p>
      <TextButton main onClick={onStart}>
        {last ? m.trial_again() : m.trial_start()}
      </TextButton>
      {last ? (
        <section className={styles.last} aria-labelledby="trial-last">
          <h2 id="trial-last" className={styles.heading}>
            {m.trial_last({ time: timeText(last.at) })}
          </h2>
          <p>{verdictText(verdictOf(last.findings))}</p>
          <Rows findings={last.findings} busy={[]} />
          <SendResult result={last} people={people} onSend={onSend} onOpen={onOpen} />
        </section>
      ) : null}
    </>
  );
}

function Running({ trial, onAgain, people, onSend, onOpen }: TrialPageProps & { trial: Trial; onAgain: () => void }) {
  const view = useSyncExternalStore(trial.view.subscribe, trial.view.get);
  const { findings, state } = view;
  const light = verdictOf(findings);
  return (
    <>
      <div role="status" className={styles.verdict} data-light={state === 'done' ? light : undefined}>
        {state === 'done' ? verdictText(light) : state === 'no-server' ? m.trial_no_server() : m.trial_running()}
      </div>
      <Rows trial={trial} view={view} findings={findings} busy={view.busy} />
      <div className={styles.actions}>
        {state === 'running' ? null : <TextButton onClick={onAgain}>{m.trial_again()}</TextButton>}
      </div>
      {state === 'done' ? <SendResult result={{ at: trial.doneAt, findings }} people={people} onSend={onSend} onOpen={onOpen} /> : null}
    </>
  );
}
