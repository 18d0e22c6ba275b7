import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { Grower } from '../model/growth';
import type { CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import { DeviceChoices } from '../../../shared/media/ui/DeviceChoices';
import { AddChoice } from './AddSomeone';
import { dataText } from './labels';
import { RecordChoice } from '../recording/RecordChoice';
import { isRecording, useRecording } from '../recording/RecordingStrip';
import { LogDownload } from './LogDownload';
import { whyNoSharing } from './sharingLabels';
import styles from './DevicePanel.module.css';

interface PanelProps {
  engine: CallEngine;
  view: CallView;
  grower: Grower | undefined;
  id: string;
  /** Opens something else in place of this. */
  onOpen: (what: 'figures' | 'keys') => void;
  /** Opens words and files; none before the call is accepted. */
  onBeside: (() => void) | undefined;
  onClose: () => void;
}

/** What is used in this call, and may be changed in it. */
export function DevicePanel({ engine, view, grower, id, onOpen, onBeside, onClose }: PanelProps) {
  const recorded = isRecording(useRecording(engine));
  return (
    <div id={id} className={styles.panel} role="group" aria-label={m.call_devices()}>
      {onBeside ? <TextButton onClick={onBeside}>{m.call_beside_open()}</TextButton> : null}
      <DeviceChoices devices={view.devices} chosen={view.chosen} onChoose={(device, choice) => void engine.current?.choose(device, choice)} />
      {view.stage === 'live' ? <ShareChoice engine={engine} view={view} /> : null}
      {view.stage === 'live' ? <AddChoice grower={grower} view={view} recorded={recorded} onAdd={onClose} className={styles.narrow} whyClassName={styles.used} /> : null}
      <RecordChoice engine={engine} view={view} onAsked={onClose} />
      {view.stage === 'live' ? (
        <p className={styles.used}>
          {m.call_data()}: {dataText(view.bytes)}
        </p>
      ) : null}
      {view.stage === 'live' ? (
        <div className={styles.more}>
          <TextButton onClick={() => onOpen('figures')}>{m.figures()}</TextButton>
          <TextButton onClick={() => onOpen('keys')}>{m.call_keys()}</TextButton>
        </div>
      ) : null}
      <LogDownload engine={engine} />
    </div>
  );
}

/** Where the bar has no room for it; and why it can't be, where it can't. */
function ShareChoice({ engine, view }: { engine: CallEngine; view: CallView }) {
  const why = whyNoSharing(view);
  if (why !== undefined) return <p className={styles.used}>{why}</p>;
  return (
    <div className={styles.narrow}>
      <TextButton disabled={view.link !== 'connected'} onClick={() => engine.current?.toggleScreen()}>
        {view.sharing.own === 'on' ? m.screen_stop_long() : m.screen_start_long()}
      </TextButton>
    </div>
  );
}
