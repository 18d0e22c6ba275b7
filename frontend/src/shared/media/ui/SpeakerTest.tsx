import { IconVolume } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../i18n';
import { TextButton } from './Button';
import { playSample } from './tones';
import styles from './SpeakerTest.module.css';

/** Plays a bell where the other's voice will be. */
export function SpeakerTest({ speaker, onPlayed }: { speaker: string | undefined; onPlayed?: () => void }) {
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  const test = () => {
    setState('playing');
    playSample(speaker).then(
      () => {
        setState('idle');
        onPlayed?.();
      },
      () => setState('failed'),
    );
  };
  return (
    <div className={styles.test}>
      <TextButton disabled={state === 'playing'} onClick={test}>
        <IconVolume size={20} stroke={1.75} aria-hidden />
        {state === 'playing' ? m.check_playing() : m.check_play()}
      </TextButton>
      <p role="status" className={styles.failed}>
        {state === 'failed' ? m.check_play_failed() : ''}
      </p>
    </div>
  );
}
