import { useId } from 'react';
import { m } from '../../i18n';
import type { AnyDevice, Chosen, DeviceChoice, DeviceLists } from '../types';
import styles from './DeviceChoices.module.css';

interface ChoicesProps {
  devices: DeviceLists;
  chosen: Chosen;
  /** All three unless it says which; a camera is no matter in a call by voice. */
  only?: AnyDevice;
  camera?: boolean;
  onChoose: (device: AnyDevice, id: string) => void;
}

/** Which microphone, camera and speaker. The browser's own pickers: known, and good with every aid. */
export function DeviceChoices({ devices, chosen, only, camera = true, onChoose }: ChoicesProps) {
  const shows = (device: AnyDevice) => only === undefined || only === device;
  return (
    <>
      {shows('microphone') ? <Choice label={m.call_microphone()} choices={devices.microphones} value={chosen.microphone} onChoose={(id) => onChoose('microphone', id)} /> : null}
      {camera && shows('camera') ? <Choice label={m.call_camera()} choices={devices.cameras} value={chosen.camera} onChoose={(id) => onChoose('camera', id)} /> : null}
      {shows('speaker') && devices.speakers.length > 0 && 'setSinkId' in HTMLMediaElement.prototype ? (
        <Choice label={m.call_speaker()} choices={devices.speakers} value={chosen.speaker} onChoose={(id) => onChoose('speaker', id)} />
      ) : null}
    </>
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
