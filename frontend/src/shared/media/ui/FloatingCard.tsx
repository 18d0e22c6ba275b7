import { IconMaximize, IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { m } from '../../i18n';
import { HangUpIcon, RoundButton } from './Button';
import styles from './FloatingCard.module.css';
import tokens from './tokens.module.css';

const ICON = { size: 20, stroke: 1.75 };

interface CardProps {
  label: string;
  picture: ReactNode;
  /** Beside the name where there is no picture. */
  face: ReactNode;
  name: string;
  state: ReactNode;
  /** Under name and state. */
  marks?: ReactNode;
  /** Under those, across the card. */
  notices?: ReactNode;
  /** None for who can't be heard at all. */
  microphone: 'on' | 'muted' | 'none' | undefined;
  expandLabel: string;
  leaveLabel: string;
  onMicrophone: () => void;
  onExpand: () => void;
  onLeave: () => void;
}

/** A call or a room as a card, while the person reads or writes elsewhere in the app. */
export function FloatingCard({ label, picture, face, name, state, marks, notices, microphone, expandLabel, leaveLabel, onMicrophone, onExpand, onLeave }: CardProps) {
  const muted = microphone !== 'on';
  return (
    <section className={`${styles.card} ${tokens.tokens}`} aria-label={label}>
      {picture ? <div className={styles.picture}>{picture}</div> : null}
      <div className={styles.row}>
        {face}
        <div className={styles.who}>
          <p className={styles.name}>{name}</p>
          <p className={styles.state}>{state}</p>
          {marks}
        </div>
      </div>
      {notices}
      <div className={styles.actions}>
        {microphone === undefined ? null : (
          <RoundButton
            size="small"
            icon={muted ? <IconMicrophoneOff {...ICON} /> : <IconMicrophone {...ICON} />}
            label={muted ? m.call_unmute() : m.call_mute()}
            aria-pressed={microphone === 'muted'}
            onClick={onMicrophone}
          />
        )}
        <RoundButton size="small" icon={<IconMaximize {...ICON} />} label={expandLabel} onClick={onExpand} />
        <RoundButton size="small" icon={<HangUpIcon {...ICON} />} label={leaveLabel} tone="leave" onClick={onLeave} />
      </div>
    </section>
  );
}

/** That one's own screen is shown, wherever one looks. */
export function FloatingScreen({ onStop }: { onStop: ReactNode }) {
  return (
    <div className={styles.sharing}>
      <p className={styles.sharingText}>{m.screen_own()}</p>
      {onStop}
    </div>
  );
}
