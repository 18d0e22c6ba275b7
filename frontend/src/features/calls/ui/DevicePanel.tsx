import { useId } from 'react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView, DeviceChoice } from '../model/view';
import { TextButton } from './Button';
import { dataText } from './labels';
import { LogDownload } from './LogDownload';
import { whyNoSharing } from './sharingLabels';
import styles from './DevicePanel.module.css';

interface PanelProps {
  engine: CallEngine;
  view: CallView;
  id: string;
  /** Opens something else in place of this. */
  onOpen: (what: 'figures' | 'keys') => void;
}

/** Which microphone, camera and speaker. The browser's own pickers: known, and good with every aid. */
export function DevicePanel({ engine, view, id, onOpen }: PanelProps) {
  const { devices, chosen } = view;
  const canChooseSpeaker = devices.speakers.length > 0 && 'setSinkId' in HTMLMediaElement.prototype;
  return (
    <div id={id} className={styles.panel} role="group" aria-label={m.call_devices()}>
      <Choice
        label={m.call_microphone()}
        choices={devices.microphones}
        value={chosen.microphone}
        onChoose={(choice) => void engine.current?.choose('microphone', choice)}
      />
      <Choice
        label={m.call_camera()}
        choices={devices.cameras}
        value={chosen.camera}
        onChoose={(choice) => void engine.current?.choose('camera', choice)}
      />
      {canChooseSpeaker ? (
        <Choice
          label={m.call_speaker()}
          choices={devices.speakers}
          value={chosen.speaker}
          onChoose={(choice) => engine.current?.chooseSpeaker(choice)}
        />
      ) : null}
      {view.stage === 'live' ? <ShareChoice engine={engine} view={view} /> : null}
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

interface ChoiceProps {
  label: string;
  choices: DeviceChoice[];
  value: string | undefined;
  onChoose: (id: string) => void;
}

function Choice({ label, choices, value, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value ?? choices[0]?.id ?? ''}
        disabled={choices.length === 0}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {choices.map((choice, index) => (
          <option key={choice.id} value={choice.id}>
            {choice.label || `${label} ${index + 1}`}
          </option>
        ))}
        {choices.length === 0 ? <option value="">{m.call_speaker_default()}</option> : null}
      </select>
    </div>
  );
}
