import { IconSend2 } from '@tabler/icons-react';
import { type KeyboardEvent, type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import { useEnterSends } from '../../../shared/lib/enterSends';
import { clockTime } from '../../../shared/lib/time';
import { RoundButton } from '../../../shared/media/ui/Button';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import { TEXT_MAX } from '../model/said';
import type { RoomView, Word } from '../model/view';
import { isHost } from './labels';
import styles from './RoomPanel.module.css';

interface ChatProps {
  place: Place;
  consultation: Consultation;
  view: RoomView;
  /** Whom a host whispers to; nobody where it is for everyone. */
  to: string;
  onTo: (identity: string) => void;
}

/** Words of the room, which last as long as the room does; hosts may whisper to one person. */
export function ChatOfRoom({ place, consultation, view, to, onTo }: ChatProps) {
  const { exchange } = place.engine;
  const list = useRef<HTMLOListElement>(null);
  const [text, setText] = useState('');
  const [enterSends] = useEnterSends();
  const choiceId = useId();
  const others = view.people.filter(({ me }) => !me);
  const whispered = others.find(({ identity }) => identity === to);
  useEffect(() => {
    exchange.look(true);
    return () => exchange.look(false);
  }, [exchange]);
  const count = view.words.length;
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);
  const send = () => {
    exchange.write(text, consultation.you.name, whispered);
    setText('');
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || !enterSends || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- what scrolls can be scrolled by keys */}
      <ol ref={list} className={styles.list} tabIndex={0} aria-label={m.room_chat()}>
        <li className={styles.note}>{m.room_chat_note()}</li>
        {view.words.map((word) => (
          <li key={word.id} className={styles.word} data-mine={word.mine}>
            <p className={styles.text}>{word.text}</p>
            <p className={styles.facts}>{saidBy(word)} · {clockTime(new Date(word.at).toISOString())}</p>
          </li>
        ))}
      </ol>
      {view.role === 'observer' ? null : (
        <form className={styles.composer} onSubmit={onSubmit}>
          {isHost(consultation.you) && others.length > 0 ? (
            <div className={styles.to}>
              <label htmlFor={choiceId}>{m.room_chat_to()}</label>
              <select id={choiceId} value={whispered?.identity ?? ''} onChange={(event) => onTo(event.currentTarget.value)}>
                <option value="">{m.room_chat_everyone()}</option>
                {others.map(({ identity, name }) => (
                  <option key={identity} value={identity}>{m.room_chat_only({ name })}</option>
                ))}
              </select>
            </div>
          ) : null}
          <div className={styles.row}>
            <textarea
              className={styles.input} rows={1} maxLength={TEXT_MAX} value={text} placeholder={m.call_word_placeholder()}
              aria-label={whispered ? m.room_chat_only({ name: whispered.name }) : m.room_chat_write()}
              onChange={(event) => setText(event.currentTarget.value)} onKeyDown={onKey}
            />
            <RoundButton size="small" type="submit" icon={<IconSend2 size={20} stroke={1.75} />} label={m.call_word_send()} disabled={text.trim() === '' || view.stage !== 'live'} />
          </div>
        </form>
      )}
    </>
  );
}

function saidBy({ mine, name, whisper }: Word): string {
  if (whisper === undefined) return mine ? m.call_word_you() : name;
  return mine ? m.room_whisper_to({ name: whisper }) : m.room_whisper_from({ name });
}
