import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../../../shared/i18n';
import { type Findings, type Light, lightOf, type Part, PARTS } from '../../model/trial/findings';
import type { Trial, TrialView } from '../../model/trial/trial';
import { TextButton } from '../../../../shared/media/ui/Button';
import { DeviceChoices } from '../../../../shared/media/ui/DeviceChoices';
import { LevelBar } from '../../../../shared/media/ui/LevelBar';
import { Picture } from '../../../../shared/media/ui/Media';
import { SpeakerTest } from '../../../../shared/media/ui/SpeakerTest';
import styles from './TrialPage.module.css';
import { lightText, nameOf, wordsOf } from './words';

interface RowsProps {
  findings: Findings;
  busy: readonly Part[];
  /** What is going on; none where an old result is shown. */
  trial?: Trial;
  view?: TrialView;
}

/** What was found, a line each: good, limited or not working, in words and colour. */
export function Rows({ findings, busy, trial, view }: RowsProps) {
  return (
    <ul className={styles.rows} aria-label={m.trial_title()}>
      {PARTS.filter((part) => findings[part] ?? busy.includes(part)).map((part) => {
        const words = wordsOf(part, findings);
        const light = words ? lightOf(part, findings) : undefined;
        return (
          <li key={part} className={styles.row}>
            <LightIcon light={light} />
            <div className={styles.words}>
              <h3 className={styles.name}>{nameOf(part)}</h3>
              <p>{words ? words.text : part === 'speaker' ? m.trial_speaker_ask() : m.trial_looking()}</p>
              {words?.step ? <p className={styles.quiet}>{words.step}</p> : null}
              {trial && view ? <Doing part={part} trial={trial} view={view} /> : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function LightIcon({ light }: { light: Light | undefined }) {
  const icon = { size: 24, stroke: 1.75, 'aria-hidden': true } as const;
  return (
    <span className={styles.light} data-light={light}>
      {light === 'green' ? <IconCircleCheck {...icon} /> : light === 'amber' ? <IconAlertTriangle {...icon} /> : light === 'red' ? <IconCircleX {...icon} /> : <span className={styles.waiting} />}
      <span className={styles.spoken}>{light ? lightText(light) : ''}</span>
    </span>
  );
}

/** What the person does in this line: look, speak, listen. */
function Doing({ part, trial, view }: { part: Part; trial: Trial; view: TrialView }) {
  const { findings, devices, chosen } = view;
  if (part === 'camera') {
    if (findings.camera?.what === 'problem') return <TextButton onClick={() => void trial.retryDevices()}>{m.call_try_again()}</TextButton>;
    return (
      <>
        {view.camera === 'on' && view.local ? (
          <div className={styles.preview}>
            <Picture stream={view.local} mirrored label={m.check_preview()} />
          </div>
        ) : null}
        <DeviceChoices only="camera" devices={devices} chosen={chosen} onChoose={(device, id) => void trial.choose(device, id)} />
      </>
    );
  }
  if (part === 'microphone') {
    if (findings.microphone?.what === 'problem') return <TextButton onClick={() => void trial.retryDevices()}>{m.call_try_again()}</TextButton>;
    return (
      <>
        {findings.microphone?.what === 'works' ? null : <LevelBar level={trial.level} />}
        {findings.microphone?.what === 'silent' ? <TextButton onClick={() => trial.listenAgain()}>{m.trial_listen_again()}</TextButton> : null}
        <DeviceChoices only="microphone" devices={devices} chosen={chosen} onChoose={(device, id) => void trial.choose(device, id)} />
      </>
    );
  }
  return part === 'speaker' ? <SpeakerQuestion trial={trial} view={view} /> : null;
}

function SpeakerQuestion({ trial, view }: { trial: Trial; view: TrialView }) {
  const [played, setPlayed] = useState(false);
  return (
    <>
      <DeviceChoices only="speaker" devices={view.devices} chosen={view.chosen} onChoose={(device, id) => void trial.choose(device, id)} />
      <SpeakerTest speaker={view.chosen.speaker} onPlayed={() => setPlayed(true)} />
      {played && view.findings.speaker?.what !== 'works' ? (
        <div className={styles.question} role="group" aria-label={m.trial_heard_question()}>
          <span>{m.trial_heard_question()}</span>
          <TextButton onClick={() => trial.heard(true)}>{m.trial_yes()}</TextButton>
          <TextButton onClick={() => trial.heard(false)}>{m.trial_no()}</TextButton>
        </div>
      ) : null}
    </>
  );
}
