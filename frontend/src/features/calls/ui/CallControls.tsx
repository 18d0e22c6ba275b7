import { IconMessage } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { RoundButton } from '../../../shared/media/ui/Button';
import {
  CameraControl, ControlBar, Counted, FullScreenControl, LeaveControl, MicrophoneControl, MoreControl, ShareControl, Wide,
} from '../../../shared/media/ui/ControlBar';
import type { Beside } from '../model/beside';
import type { CallEngine } from '../model/engine';
import type { Grower } from '../model/growth';
import type { CallView } from '../model/view';
import { isRecording, useRecording } from '../recording/RecordingStrip';
import { AddControl } from './AddSomeone';
import { useBeside } from './useBeside';
import { whyNoSharing } from './sharingLabels';

interface ControlsProps {
  engine: CallEngine;
  view: CallView;
  grower: Grower | undefined;
  fullScreen: { active: boolean; toggle: (() => void) | undefined };
  more: { open: boolean; toggle: () => void; panelId: string };
  /** Words and files, once the call is accepted. */
  beside: { of: Beside; open: boolean; toggle: () => void; panelId: string } | undefined;
}

/** What can be done in a call of two. */
export function CallControls({ engine, view, grower, fullScreen, more, beside }: ControlsProps) {
  const live = view.stage === 'live';
  const recorded = isRecording(useRecording(engine));
  // Before there is a microphone there is nothing to switch.
  const open = live || view.microphone !== 'none';
  // An old client in a call by voice has no place for a picture.
  const canShow = live ? !(view.legacy && view.kind === 'audio') : view.kind === 'video';
  const leave = live ? m.call_leave() : m.call_cancel();
  return (
    <ControlBar label={m.call_with({ name: view.peer.name })}>
      {open ? <MicrophoneControl state={view.microphone} onToggle={() => void engine.current?.toggleMicrophone()} /> : null}
      {open && canShow ? (
        <CameraControl on={view.camera !== 'off'} optional={view.kind === 'audio'} onToggle={() => void engine.current?.toggleCamera()} />
      ) : null}
      {live && whyNoSharing(view) === undefined ? (
        <Wide>
          <ShareControl
            on={view.sharing.own === 'on'}
            disabled={view.link !== 'connected' || view.sharing.own === 'starting'}
            onToggle={() => engine.current?.toggleScreen()}
          />
        </Wide>
      ) : null}
      {beside ? (
        <Wide>
          <BesideButton {...beside} />
        </Wide>
      ) : null}
      {live ? (
        <Wide>
          <AddControl grower={grower} view={view} onAsk={recorded && !more.open ? more.toggle : undefined} />
        </Wide>
      ) : null}
      {fullScreen.toggle && live ? (
        <Wide>
          <FullScreenControl active={fullScreen.active} onToggle={fullScreen.toggle} />
        </Wide>
      ) : null}
      {open ? <More {...more} beside={beside?.of} /> : null}
      <LeaveControl label={leave} alone={!open} onLeave={() => engine.hangUp()} />
    </ControlBar>
  );
}

function More({ open, panelId, toggle, beside }: ControlsProps['more'] & { beside: Beside | undefined }) {
  const button = <MoreControl open={open} panelId={panelId} onToggle={toggle} />;
  return beside ? <CountedBeside of={beside}>{button}</CountedBeside> : <Counted count={0}>{button}</Counted>;
}

function CountedBeside({ of, children }: { of: Beside; children: ReactNode }) {
  const { unseen } = useBeside(of);
  return (
    <Counted count={unseen} narrow>
      {children}
    </Counted>
  );
}

function BesideButton({ of, open, toggle, panelId }: NonNullable<ControlsProps['beside']>) {
  const { unseen } = useBeside(of);
  return (
    <Counted count={unseen}>
      <RoundButton
        icon={<IconMessage size={24} stroke={1.75} />}
        label={unseen > 0 ? m.call_beside_open_new({ count: unseen }) : m.call_beside_open()}
        caption={m.call_beside_short()}
        aria-expanded={open}
        aria-controls={open ? panelId : undefined}
        onClick={toggle}
      />
    </Counted>
  );
}
