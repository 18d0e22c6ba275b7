import { IconPaperclip } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import { RoundButton } from '../../../shared/media/ui/Button';
import { SidePanel } from '../../../shared/media/ui/SidePanel';
import { WordComposer, WordItem, WordList } from '../../../shared/media/ui/Words';
import type { Beside } from '../model/beside';
import type { TransferView } from '../model/files/transfer';
import { TEXT_MAX, type Word } from '../model/talk';
import type { CallView } from '../model/view';
import { takingText, turnedAwayText, wordState } from './besideLabels';
import styles from './BesidePanel.module.css';
import { FileRow } from './FileRow';
import { useBeside } from './useBeside';

/** Words and files of the call, in the order in which they came: beside the picture, on a phone over its lower part. */
export function BesidePanel({ beside, view, id, onClose }: { beside: Beside; view: CallView; id: string; onClose: () => void }) {
  const { words, files, taking, max, turnedAway } = useBeside(beside);
  const { name } = view.peer;
  const items = inOrder(words, files);
  useEffect(() => {
    beside.look(true);
    return () => beside.look(false);
  }, [beside]);
  return (
    <SidePanel id={id} title={m.call_beside()} heading="h3" onClose={onClose}>
      <WordList label={m.call_beside_list()} note={m.call_beside_note({ name })} count={items.length}>
        {items.map((item) =>
          'text' in item ? (
            <WordItem key={item.id} text={item.text} by={item.mine ? m.call_word_you() : name} at={item.at} mine={item.mine} state={wordState(item)} />
          ) : (
            <li key={item.key}>
              <FileRow beside={beside} file={item} name={name} connected={taking === 'yes' && view.link === 'connected'} />
            </li>
          ),
        )}
      </WordList>
      {turnedAway ? (
        <p className={styles.warning} role="alert">
          {turnedAwayText(turnedAway, max, name)}
        </p>
      ) : null}
      <Composer beside={beside} name={name} cannot={takingText(taking, name)} />
    </SidePanel>
  );
}

function Composer({ beside, name, cannot }: { beside: Beside; name: string; cannot: string | undefined }) {
  const [text, setText] = useState(beside.draft);
  const picker = useRef<HTMLInputElement>(null);
  const write = (next: string) => {
    beside.keepDraft(next);
    setText(next);
  };
  const onPick = () => {
    const input = picker.current;
    if (!input) return;
    beside.offer([...(input.files ?? [])]);
    input.value = '';
  };
  return (
    <WordComposer
      text={text}
      label={m.call_word_to({ name })}
      max={TEXT_MAX}
      above={cannot === undefined ? null : <p className={styles.cannot}>{cannot}</p>}
      before={
        <>
          <input ref={picker} type="file" multiple hidden onChange={onPick} />
          <RoundButton
            size="small"
            icon={<IconPaperclip size={20} stroke={1.75} />}
            label={m.call_files_send()}
            disabled={cannot !== undefined}
            onClick={() => picker.current?.click()}
          />
        </>
      }
      onText={write}
      onSend={(words) => beside.write(words)}
    />
  );
}

function inOrder(words: readonly Word[], files: readonly TransferView[]): (Word | TransferView)[] {
  return [...words, ...files].sort((a, b) => a.at - b.at);
}
