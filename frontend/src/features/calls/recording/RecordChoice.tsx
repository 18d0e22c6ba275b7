import { IconPlayerRecord } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import styles from './Recording.module.css';
import { useRecording } from './RecordingStrip';

/** Among what else one can do in a call: to ask for its recording, once it is clear what that means. */
export function RecordChoice({ engine, view, onAsked }: { engine: CallEngine; view: CallView; onAsked: () => void }) {
  const { stands, busy } = useRecording(engine);
  const [asking, setAsking] = useState(false);
  const { name } = view.peer;
  const open = stands?.state === 'asked' || stands?.state === 'running' || stands?.state === 'stopped';
  if (view.stage !== 'live' || view.link !== 'connected' || open) return null;
  if (view.legacy) return <p className={styles.why}>{m.recording_old_client({ name })}</p>;
  if (!engine.recording.possible) return <p className={styles.why}>{m.recording_no_browser()}</p>;
  if (!asking) {
    return (
      <button type="button" className={styles.record} onClick={() => setAsking(true)}>
        <IconPlayerRecord size={20} stroke={1.75} aria-hidden /> {m.recording_ask()}
      </button>
    );
  }
  const ask = () => {
    setAsking(false);
    void engine.recording.request();
    onAsked();
  };
  return (
    <div className={styles.asking}>
      <p>{m.recording_consent({ name })}</p>
      <div className={styles.buttons}>
        <TextButton onClick={() => setAsking(false)}>{m.call_cancel()}</TextButton>
        <TextButton main disabled={busy} onClick={ask}>{m.recording_ask_name({ name })}</TextButton>
      </div>
    </div>
  );
}
