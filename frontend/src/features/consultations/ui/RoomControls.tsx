import { IconHandStop, IconMessage, IconUsers } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { RoundButton } from '../../../shared/media/ui/Button';
import { CameraControl, ControlBar, Counted, LeaveControl, MicrophoneControl, MoreControl, ShareControl, Wide } from '../../../shared/media/ui/ControlBar';
import type { RoomView } from '../model/view';
import type { PanelKind } from './RoomPanel';

const ICON = { size: 24, stroke: 1.75 };

interface ControlsProps {
  label: string;
  view: RoomView;
  hand: boolean;
  waiting: number;
  panel: PanelKind | undefined;
  panelId: string;
  more: { open: boolean; panelId: string; toggle: () => void };
  act: { microphone: () => void; camera: () => void; screen: () => void; hand: () => void };
  onPanel: (kind: PanelKind) => void;
  onLeave: () => void;
}

/** The same bar as in a call of two, with what only a room has. */
export function RoomControls({ label, view, hand, waiting, panel, panelId, more, act, onPanel, onLeave }: ControlsProps) {
  const observer = view.role === 'observer';
  const controls = (kind: PanelKind) => ({ 'aria-expanded': panel === kind, 'aria-controls': panel === kind ? panelId : undefined, onClick: () => onPanel(kind) });
  return (
    <ControlBar label={label}>
      {observer ? null : <MicrophoneControl state={view.microphone} onToggle={act.microphone} />}
      {observer ? null : <CameraControl on={view.camera !== 'off'} onToggle={act.camera} />}
      {view.canShare ? (
        <Wide>
          <ShareControl on={view.sharing === 'on'} disabled={view.stage !== 'live' || view.sharing === 'starting'} onToggle={act.screen} />
        </Wide>
      ) : null}
      {observer ? null : (
        <Wide>
          <RoundButton icon={<IconHandStop {...ICON} />} label={hand ? m.room_hand_down() : m.room_hand_raise()} caption={m.room_hand()} aria-pressed={hand} aria-keyshortcuts="h" onClick={act.hand} />
        </Wide>
      )}
      <Wide>
        <Counted count={waiting}>
          <RoundButton icon={<IconUsers {...ICON} />} label={waiting > 0 ? m.room_people_waiting({ count: waiting }) : m.room_people()} caption={m.room_people()} {...controls('people')} />
        </Counted>
        <Counted count={view.unseen}>
          <RoundButton icon={<IconMessage {...ICON} />} label={view.unseen > 0 ? m.room_chat_new({ count: view.unseen }) : m.room_chat()} caption={m.room_chat()} {...controls('chat')} />
        </Counted>
      </Wide>
      <Counted count={waiting + view.unseen} narrow>
        <MoreControl open={more.open} panelId={more.panelId} onToggle={more.toggle} />
      </Counted>
      <LeaveControl label={m.room_leave_alone()} onLeave={onLeave} />
    </ControlBar>
  );
}
