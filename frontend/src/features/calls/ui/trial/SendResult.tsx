import { useId, useState } from 'react';
import { m } from '../../../../shared/i18n';
import type { TrialResult } from '../../model/trial/findings';
import { TextButton } from '../../../../shared/media/ui/Button';
import type { TrialPageProps } from './TrialPage';
import styles from './TrialPage.module.css';
import { messageOf } from './words';

/** The result as a message of the person's own: seen in full before it is sent. */
export function SendResult({ result, people, onSend, onOpen }: Pick<TrialPageProps, 'people' | 'onSend' | 'onOpen'> & { result: TrialResult }) {
  const id = useId();
  const [chosen, choose] = useState(people[0]?.userId ?? '');
  const [sentTo, setSentTo] = useState<string>();
  const person = people.find(({ userId }) => userId === chosen);
  if (!person) return null;
  const text = messageOf(result);
  const { name } = person;
  return (
    <section className={styles.send} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className={styles.heading}>
        {m.trial_send_title()}
      </h2>
      <p className={styles.quiet}>{m.trial_send_text({ name })}</p>
      {people.length > 1 ? (
        <select aria-label={m.trial_send_to()} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          {people.map((each) => (
            <option key={each.userId} value={each.userId}>
              {each.name}
            </option>
          ))}
        </select>
      ) : null}
      <blockquote className={styles.message}>{text}</blockquote>
      <div className={styles.actions}>
        {sentTo === chosen ? (
          <TextButton onClick={() => onOpen(chosen)}>{m.trial_open()}</TextButton>
        ) : (
          <TextButton
            main
            onClick={() => {
              onSend(chosen, text);
              setSentTo(chosen);
            }}
          >
            {m.trial_send({ name })}
          </TextButton>
        )}
        <p role="status" className={styles.quiet}>
          {sentTo === chosen ? m.trial_sent({ name }) : ''}
        </p>
      </div>
    </section>
  );
}
