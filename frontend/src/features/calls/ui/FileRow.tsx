import {
  IconAlertTriangle, IconCheck, IconDownload, IconFile, IconPlayerPause, IconPlayerPlay, IconRefresh, IconX,
} from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { shortName } from '../../../shared/lib/fileKind';
import type { Beside } from '../model/beside';
import { isProgram } from '../model/files/name';
import type { TransferView } from '../model/files/transfer';
import { fileText, sizeText } from './besideLabels';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';
import styles from './FileRow.module.css';

const ICON = { size: 20, stroke: 1.75 };

interface RowProps {
  beside: Beside;
  file: TransferView;
  /** Who is at the other end. */
  name: string;
  connected: boolean;
}

/** A file on its way, and what can be done about it now. */
export function FileRow({ beside, file, name, connected }: RowProps) {
  const { state, incoming, pausedHere } = file;
  const under = state === 'queued' || state === 'moving' || state === 'paused';
  const asked = incoming && state === 'offered';
  return (
    <div className={styles.file} data-state={state}>
      <div className={styles.head}>
        <span className={styles.icon} aria-hidden>
          {state === 'done' ? <IconCheck {...ICON} /> : state === 'failed' ? <IconAlertTriangle {...ICON} /> : <IconFile {...ICON} />}
        </span>
        <div className={styles.words}>
          <p className={styles.name} title={file.name}>
            {shortName(file.name)}
          </p>
          <p className={styles.state}>
            {state === 'moving' ? null : `${sizeText(file.size)} · `}
            {fileText(file, name, connected)}
          </p>
        </div>
        <div className={styles.tools}>
          {under ? (
            <RoundButton
              size="small"
              icon={pausedHere ? <IconPlayerPlay {...ICON} /> : <IconPlayerPause {...ICON} />}
              label={pausedHere ? m.call_file_go_on({ file: file.name }) : m.call_file_pause({ file: file.name })}
              onClick={() => beside.pause(file, !pausedHere)}
            />
          ) : null}
          {under || (!incoming && state === 'offered') ? (
            <RoundButton size="small" icon={<IconX {...ICON} />} label={m.call_file_cancel({ file: file.name })} onClick={() => beside.cancel(file)} />
          ) : null}
          {file.canRetry ? (
            <RoundButton size="small" icon={<IconRefresh {...ICON} />} label={m.call_file_retry({ file: file.name })} onClick={() => beside.retry(file)} />
          ) : null}
          {incoming && state === 'done' ? (
            <RoundButton size="small" icon={<IconDownload {...ICON} />} label={m.call_file_save({ file: file.name })} onClick={() => beside.save(file)} />
          ) : null}
        </div>
      </div>
      {under && file.size > 0 ? (
        <progress className={styles.bar} max={file.size} value={file.moved} aria-label={file.name} data-still={state !== 'moving' || !connected} />
      ) : null}
      {asked ? <Answer beside={beside} file={file} /> : null}
    </div>
  );
}

/** Takes a file, or doesn't; with a word of warning where it could do harm. */
export function Answer({ beside, file }: Pick<RowProps, 'beside' | 'file'>) {
  return (
    <>
      {isProgram(file.name) ? <p className={styles.warning}>{m.call_file_program()}</p> : null}
      <div className={styles.answer}>
        <TextButton onClick={() => beside.decline(file)}>{m.call_file_decline()}</TextButton>
        <TextButton main onClick={() => beside.accept(file)}>
          {m.call_file_accept()}
        </TextButton>
      </div>
    </>
  );
}
