import {
  IconDots, IconMaximize, IconMessage, IconMicrophone, IconMicrophoneOff, IconMinimize, IconScreenShare, IconScreenShareOff, IconVideo, IconVideoOff,
} from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import type { Beside } from '../model/beside';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { HangUpIcon, RoundButton } from './Button';
import { useBeside } from './useBeside';
import styles from './CallControls.module.css';
import { whyNoSharing } from './sharingLabels';

interface ControlsProps {
  engine: CallEngine;
  view: CallView;
  fullScreen: { active: boolean; toggle: (() => void) | undefined };
  more: { open: boolean; toggle: () => void; panelId: string };
  /** Words and files, once the call is accepted. */
  beside: { of: Beside; open: boolean; toggle: () => void; panelId: string } | undefined;
}

const ICON = { size: 24, stroke: 1.75 };

/** The bar at the foot of a call; leaving stands apart. */
export function CallControls({ engine, view, fullScreen, more, beside }: ControlsProps) {
  const live = view.stage === 'live';
  // Before there is a microphone there is nothing to switch.
  const open = live || view.microphone !== 'none';
  const muted = view.microphone !== 'on';
  const sharing = view.sharing.own === 'on';
  const cameraOn = view.camera !== 'off';
  // An old client in a call by voice has no place for a picture.
  const canShow = live ? !(view.legacy && view.kind === 'audio') : view.kind === 'video';
  return (
    <div className={styles.bar} role="toolbar" aria-label={m.call_with({ name: view.peer.name })}>
      {open ? (
        <RoundButton
          data-autofocus={view.microphone === 'none' ? undefined : true}
          icon={muted ? <IconMicrophoneOff {...ICON} /> : <IconMicrophone {...ICON} />}
          label={muted ? m.call_unmute() : m.call_mute()}
          caption={muted ? m.call_unmute() : m.call_mute()}
          aria-pressed={view.microphone === 'muted'}
          aria-keyshortcuts="m"
          onClick={() => void engine.current?.toggleMicrophone()}
        />
      ) : null}
      {open && canShow ? (
        <RoundButton
          icon={cameraOn ? <IconVideo {...ICON} /> : <IconVideoOff {...ICON} />}
          label={cameraOn ? m.call_camera_off() : m.call_camera_on()}
          caption={m.call_camera()}
          aria-pressed={view.kind === 'video' ? !cameraOn : undefined}
          aria-keyshortcuts="c"
          onClick={() => void engine.current?.toggleCamera()}
        />
      ) : null}
      {live && whyNoSharing(view) === undefined ? (
        <span className={styles.wide}>
          <RoundButton
            icon={sharing ? <IconScreenShareOff {...ICON} /> : <IconScreenShare {...ICON} />}
            label={sharing ? m.screen_stop_long() : m.screen_start_long()}
            caption={sharing ? m.screen_stop() : m.screen_start()}
            aria-pressed={sharing}
            aria-keyshortcuts="s"
            disabled={view.link !== 'connected' || view.sharing.own === 'starting'}
            onClick={() => engine.current?.toggleScreen()}
          />
        </span>
      ) : null}
      {beside ? (
        <span className={styles.wide}>
          <BesideButton {...beside} />
        </span>
      ) : null}
      {fullScreen.toggle && live ? (
        <span className={styles.wide}>
          <RoundButton
            icon={fullScreen.active ? <IconMinimize {...ICON} /> : <IconMaximize {...ICON} />}
            label={fullScreen.active ? m.call_fullscreen_end() : m.call_fullscreen()}
            caption={m.call_fullscreen()}
            aria-pressed={fullScreen.active}
            aria-keyshortcuts="f"
            onClick={fullScreen.toggle}
          />
        </span>
      ) : null}
      {open ? (
        <span className={styles.counted}>
          <RoundButton
            icon={<IconDots {...ICON} />}
            label={m.call_more()}
            caption={m.call_more()}
            aria-expanded={more.open}
            aria-controls={more.open ? more.panelId : undefined}
            onClick={more.toggle}
          />
          {beside ? <Count of={beside.of} className={styles.narrow} /> : null}
        </span>
      ) : null}
      <span className={open ? styles.leave : styles.alone} data-leave>
        <RoundButton
          icon={<HangUpIcon {...ICON} />}
          label={live ? m.call_leave() : m.call_cancel()}
          caption={live ? m.call_leave() : m.call_cancel()}
          tone="leave"
          onClick={() => engine.hangUp()}
        />
      </span>
    </div>
  );
}

function BesideButton({ of, open, toggle, panelId }: NonNullable<ControlsProps['beside']>) {
  const { unseen } = useBeside(of);
  return (
    <span className={styles.counted}>
      <RoundButton
        icon={<IconMessage {...ICON} />}
        label={unseen > 0 ? m.call_beside_open_new({ count: unseen }) : m.call_beside_open()}
        caption={m.call_beside_short()}
        aria-expanded={open}
        aria-controls={open ? panelId : undefined}
        onClick={toggle}
      />
      <Count of={of} />
    </span>
  );
}

/** How much has come that nobody has looked at; the button beside it says so in words. */
function Count({ of, className = '' }: { of: Beside; className?: string | undefined }) {
  const { unseen } = useBeside(of);
  return unseen > 0 ? (
    <span className={`${styles.count} ${className}`} aria-hidden>
      {unseen > 99 ? '99+' : unseen}
    </span>
  ) : null;
}
