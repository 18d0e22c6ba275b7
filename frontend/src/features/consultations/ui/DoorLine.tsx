import { Button, TextInput } from '@mantine/core';
import { type SubmitEvent, useId, useState } from 'react';
import { m } from '../../../shared/i18n';
import type { Consultation, Member } from '../api';
import type { Place } from '../model/Place';
import styles from './DoorLine.module.css';

const LINE_MAX = 300;

/** Who waits may say why they are late, or that they can't hear anything; kept for as long as they wait. */
export function OwnLine({ place, consultation }: { place: Place; consultation: Consultation }) {
  const { you, owner } = consultation;
  return (
    <div className={styles.own}>
      <Writing label={m.door_line_to({ name: owner.name })} hint={m.door_line_hint({ name: owner.name })} onSend={(text) => place.act((api) => api.line(text))} />
      <div role="status">
        {you.line ? <p className={styles.said}><span className={styles.by}>{m.door_line_yours()}</span> {you.line}</p> : null}
        {you.answer ? <p className={styles.answer}><span className={styles.by}>{m.door_line_by({ name: owner.name })}</span> {you.answer}</p> : null}
      </div>
    </div>
  );
}

/** The same in the queue, with an answer. */
export function TheirLine({ place, member }: { place: Place; member: Member }) {
  const { memberId, name, line, answer } = member;
  const [answering, setAnswering] = useState(false);
  const send = async (text: string) => {
    const done = await place.act((api) => api.line(text, memberId));
    if (done) setAnswering(false);
    return done;
  };
  return (
    <div className={styles.their}>
      {line ? <p className={styles.said}>{line}</p> : null}
      {answer ? <p className={styles.said}><span className={styles.by}>{m.door_line_yours()}</span> {answer}</p> : null}
      {answering ? (
        <Writing label={m.door_answer_to({ name })} focus onSend={send} onCancel={() => setAnswering(false)} />
      ) : (
        <button type="button" className={styles.action} onClick={() => setAnswering(true)}>{line ? m.door_answer({ name }) : m.door_write({ name })}</button>
      )}
    </div>
  );
}

interface WritingProps {
  label: string;
  hint?: string;
  focus?: boolean;
  onSend: (text: string) => Promise<boolean>;
  onCancel?: () => void;
}

function Writing({ label, hint, focus = false, onSend, onCancel }: WritingProps) {
  const [text, setText] = useState('');
  const [sending, setSending] = useState(false);
  const id = useId();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() === '' || sending) return;
    setSending(true);
    if (await onSend(text.trim())) setText('');
    setSending(false);
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        className={styles.input} id={id} label={label} description={hint} value={text} maxLength={LINE_MAX} data-autofocus={focus || undefined}
        ref={focus ? (element) => element?.focus() : null}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation(); // a room's own keys are single letters
          if (event.key === 'Escape') onCancel?.();
        }}
      />
      <div className={styles.buttons}>
        {onCancel ? <Button size="sm" variant="subtle" color="gray" onClick={onCancel}>{m.call_cancel()}</Button> : null}
        <Button size="sm" type="submit" variant="default" loading={sending} disabled={text.trim() === ''}>{m.door_line_send()}</Button>
      </div>
    </form>
  );
}
