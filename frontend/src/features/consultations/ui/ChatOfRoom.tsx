import { useEffect, useId, useState } from 'react';
import { m } from '../../../shared/i18n';
import { TextButton } from '../../../shared/media/ui/Button';
import { WordComposer, WordItem, WordList } from '../../../shared/media/ui/Words';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import { TEXT_MAX } from '../model/said';
import type { RoomView, Word } from '../model/view';
import styles from './ChatOfRoom.module.css';
import { isHost } from './labels';

interface ChatProps {
  place: Place;
  consultation: Consultation;
  view: RoomView;
  /** Whom a host whispers to; nobody where it is for everyone. */
  to: string;
  onTo: (identity: string) => void;
}

/** What is said to everybody, which is kept; hosts may whisper to one person, which is not. */
export function ChatOfRoom({ place, consultation, view, to, onTo }: ChatProps) {
  const { exchange } = place.engine;
  const [text, setText] = useState('');
  const choiceId = useId();
  const others = view.people.filter(({ me }) => !me);
  const whispered = others.find(({ identity }) => identity === to);
  const failed = view.words.some(({ state }) => state === 'failed');
  useEffect(() => {
    exchange.look(true);
    return () => exchange.look(false);
  }, [exchange]);
  return (
    <>
      <WordList label={m.room_chat()} note={whispered ? m.room_chat_note_whisper({ name: whispered.name }) : consultation.encryption ? `${m.room_chat_note_encrypted()} ${m.room_chat_note()}` : m.room_chat_note()} count={view.words.length}>
        {view.words.map((word) => (
          <WordItem key={word.id} text={word.text} by={saidBy(word)} at={word.at} mine={word.mine} state={stateOf(word)} />
        ))}
      </WordList>
      {view.role === 'observer' ? null : (
        <WordComposer
          text={text}
          label={whispered ? m.room_chat_only({ name: whispered.name }) : m.room_chat_write()}
          max={TEXT_MAX}
          waits={whispered !== undefined && view.stage !== 'live'}
          above={
            failed ? (
              <p className={styles.failed} role="alert">
                <span>{m.room_chat_failed()}</span>
                <TextButton onClick={() => place.words.retry()}>{m.call_try_again()}</TextButton>
              </p>
            ) : isHost(consultation.you) && others.length > 0 ? (
              <div className={styles.to}>
                <label htmlFor={choiceId}>{m.room_chat_to()}</label>
                <select id={choiceId} value={whispered?.identity ?? ''} onChange={(event) => onTo(event.currentTarget.value)}>
                  <option value="">{m.room_chat_everyone()}</option>
                  {others.map(({ identity, name }) => (
                    <option key={identity} value={identity}>{m.room_chat_only({ name })}</option>
                  ))}
                </select>
              </div>
            ) : null
          }
          onText={setText}
          onSend={(words) => (whispered ? exchange.whisper(words, consultation.you.name, whispered) : place.words.write(words))}
        />
      )}
    </>
  );
}

function stateOf({ state }: Word): string | undefined {
  return state === 'waiting' ? m.call_word_waiting() : state === 'failed' ? m.room_chat_unsent() : undefined;
}

function saidBy({ mine, name, whisper }: Word): string {
  if (whisper === undefined) return mine ? m.call_word_you() : name;
  return mine ? m.room_whisper_to({ name: whisper }) : m.room_whisper_from({ name });
}
