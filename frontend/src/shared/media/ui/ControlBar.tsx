import { IconDots, IconMaximize, IconMicrophone, IconMicrophoneOff, IconMinimize, IconScreenShare, IconScreenShareOff, IconVideo, IconVideoOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { m } from '../../i18n';
import { HangUpIcon, RoundButton } from './Button';
import styles from './ControlBar.module.css';

const ICON = { size: 24, stroke: 1.75 };

/** The bar at the foot of a call, of two or of many. What leaves comes last, and stands apart. */
export function ControlBar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.bar} role="toolbar" aria-label={label}>
      {children}
    </div>
  );
}

/** What a phone has no room for in the bar; it is under "More" there. */
export function Wide({ children }: { children: ReactNode }) {
  return <span className={styles.wide}>{children}</span>;
}

/** A button with a number of what is new; the button says it in words. */
export function Counted({ count, narrow = false, children }: { count: number; narrow?: boolean; children: ReactNode }) {
  return (
    <span className={styles.counted}>
      {children}
      {count > 0 ? (
        <span className={`${styles.count} ${narrow ? styles.narrow : ''}`} aria-hidden>
          {count > 99 ? '99+' : count}
        </span>
      ) : null}
    </span>
  );
}

export function MicrophoneControl({ state, onToggle }: { state: 'on' | 'muted' | 'none'; onToggle: () => void }) {
  const muted = state !== 'on';
  return (
    <RoundButton
      data-autofocus={state === 'none' ? undefined : true}
      icon={muted ? <IconMicrophoneOff {...ICON} /> : <IconMicrophone {...ICON} />}
      label={muted ? m.call_unmute() : m.call_mute()}
      caption={muted ? m.call_unmute() : m.call_mute()}
      aria-pressed={state === 'muted'}
      aria-keyshortcuts="m"
      onClick={onToggle}
    />
  );
}

/** In a call that is by voice a camera that is off is no state to be pointed out. */
export function CameraControl({ on, optional = false, onToggle }: { on: boolean; optional?: boolean; onToggle: () => void }) {
  return (
    <RoundButton
      icon={on ? <IconVideo {...ICON} /> : <IconVideoOff {...ICON} />}
      label={on ? m.call_camera_off() : m.call_camera_on()}
      caption={m.call_camera()}
      aria-pressed={optional ? undefined : !on}
      aria-keyshortcuts="c"
      onClick={onToggle}
    />
  );
}

export function ShareControl({ on, disabled, onToggle }: { on: boolean; disabled: boolean; onToggle: () => void }) {
  return (
    <RoundButton
      icon={on ? <IconScreenShareOff {...ICON} /> : <IconScreenShare {...ICON} />}
      label={on ? m.screen_stop_long() : m.screen_start_long()}
      caption={on ? m.screen_stop() : m.screen_start()}
      aria-pressed={on}
      aria-keyshortcuts="s"
      disabled={disabled}
      onClick={onToggle}
    />
  );
}

export function FullScreenControl({ active, onToggle }: { active: boolean; onToggle: () => void }) {
  return (
    <RoundButton
      icon={active ? <IconMinimize {...ICON} /> : <IconMaximize {...ICON} />}
      label={active ? m.call_fullscreen_end() : m.call_fullscreen()}
      caption={m.call_fullscreen()}
      aria-pressed={active}
      aria-keyshortcuts="f"
      onClick={onToggle}
    />
  );
}

export function MoreControl({ open, panelId, onToggle }: { open: boolean; panelId: string; onToggle: () => void }) {
  return (
    <RoundButton icon={<IconDots {...ICON} />} label={m.call_more()} caption={m.call_more()} aria-expanded={open} aria-controls={open ? panelId : undefined} onClick={onToggle} />
  );
}

export function LeaveControl({ label, alone = false, onLeave }: { label: string; alone?: boolean; onLeave: () => void }) {
  return (
    <span className={alone ? styles.alone : styles.leave} data-leave>
      <RoundButton icon={<HangUpIcon {...ICON} />} label={label} caption={label} tone="leave" onClick={onLeave} />
    </span>
  );
}
