import { m } from '../../../shared/i18n';
import { TextButton } from '../../../shared/media/ui/Button';
import { DeviceChoices } from '../../../shared/media/ui/DeviceChoices';
import { useFocusMoved } from '../../../shared/media/ui/effects';
import type { Consultation } from '../api';
import type { Mode } from '../model/layout';
import type { Place } from '../model/Place';
import { REACTIONS } from '../model/said';
import type { RoomView } from '../model/view';
import { isHost } from './labels';
import styles from './MorePanel.module.css';
import type { PanelKind } from './RoomPanel';
import { RecordRoom } from './RoomRecordingParts';

interface MoreProps {
  id: string;
  place: Place;
  consultation: Consultation;
  view: RoomView;
  mode: Mode;
  onMode: (mode: Mode) => void;
  fullScreen: { active: boolean; toggle: (() => void) | undefined };
  hand: boolean;
  onHand: () => void;
  onPanel: (kind: PanelKind) => void;
  onKeys: () => void;
  onClose: () => void;
}

/** Reactions, how the room looks, devices; for hosts the lock. On a phone also what the bar has no room for. */
export function MorePanel({ id, place, consultation, view, mode, onMode, fullScreen, hand, onHand, onPanel, onKeys, onClose }: MoreProps) {
  const { engine } = place;
  const ref = useFocusMoved<HTMLDivElement>();
  const name = consultation.you.name;
  const observer = view.role === 'observer';
  const closing = (run: () => void) => () => {
    run();
    onClose();
  };
  return (
    <div ref={ref} id={id} className={styles.panel} role="group" aria-label={m.call_more()} tabIndex={-1}>
      {observer ? null : (
        <div className={styles.reactions} role="group" aria-label={m.room_react()}>
          {REACTIONS.map((emoji) => (
            <button key={emoji} type="button" className={styles.reaction} aria-label={m.room_react_with({ emoji })} onClick={closing(() => engine.exchange.react(emoji, name))}>
              {emoji}
            </button>
          ))}
        </div>
      )}
      <div className={styles.narrow}>
        <TextButton onClick={() => onPanel('people')}>{m.room_people()}</TextButton>
        <TextButton onClick={() => onPanel('chat')}>{view.unseen > 0 ? m.room_chat_new({ count: view.unseen }) : m.room_chat()}</TextButton>
        {observer ? null : <TextButton onClick={closing(onHand)}>{hand ? m.room_hand_down() : m.room_hand_raise()}</TextButton>}
        {view.canShare ? <TextButton onClick={closing(() => void engine.toggleScreen())}>{view.sharing === 'on' ? m.screen_stop_long() : m.screen_start_long()}</TextButton> : null}
      </div>
      <fieldset className={styles.modes}>
        <legend className={styles.legend}>{m.room_layout()}</legend>
        {(['grid', 'speaker'] as const).map((each) => (
          <label key={each} className={styles.mode}>
            <input type="radio" name="room-layout" checked={mode === each} onChange={() => onMode(each)} />
            {each === 'grid' ? m.room_layout_grid() : m.room_layout_speaker()}
          </label>
        ))}
      </fieldset>
      <label className={styles.switch}>
        <input type="checkbox" checked={view.audioOnly} onChange={(event) => engine.setAudioOnly(event.currentTarget.checked)} />
        <span>
          {m.room_audio_only()}
          <span className={styles.quiet}>{m.room_audio_only_text()}</span>
        </span>
      </label>
      {isHost(consultation.you) ? (
        <label className={styles.switch}>
          <input type="checkbox" checked={consultation.locked} onChange={(event) => void place.act((api) => api.lock(event.currentTarget.checked))} />
          <span>
            {m.room_lock()}
            <span className={styles.quiet}>{m.room_lock_text()}</span>
          </span>
        </label>
      ) : null}
      {view.role === 'host' ? <RecordRoom place={place} byServer={consultation.serverRecords === true} onAsked={onClose} /> : null}
      {observer ? null : <DeviceChoices devices={view.devices} chosen={view.chosen} onChoose={(device, choice) => void engine.choose(device, choice)} />}
      <div className={styles.more}>
        {fullScreen.toggle ? <TextButton onClick={closing(fullScreen.toggle)}>{fullScreen.active ? m.call_fullscreen_end() : m.call_fullscreen()}</TextButton> : null}
        <TextButton onClick={onKeys}>{m.call_keys()}</TextButton>
      </div>
    </div>
  );
}
