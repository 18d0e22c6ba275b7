import { useState } from 'react';
import { createPortal } from 'react-dom';
import { errorText, m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { Grower } from '../model/growth';
import { isAside, isPassing } from '../model/outcome';
import type { CallView } from '../model/view';
import { useGrowth } from './useGrowth';
import { BesideSpoken } from './BesideNotice';
import { TextButton } from '../../../shared/media/ui/Button';
import { CallEnded } from './CallEnded';
import { CallNotice } from './CallNotice';
import { useFocusReturn, useWakeLock } from '../../../shared/media/ui/effects';
import { FloatingCall } from './FloatingCall';
import { IncomingCall } from './IncomingCall';
import { problemText } from '../../../shared/media/ui/deviceText';
import { askText, endText, stateText } from './labels';
import { Voice } from '../../../shared/media/ui/Media';
import { PreJoin } from './PreJoin';
import { sharingSpoken } from './sharingLabels';
import { useWebRTC } from './useWebRTC';
import styles from './CallLayer.module.css';
import { voiceHintText } from './VoiceHint';
import { WebRTCCall } from './WebRTCCall';

interface LayerProps {
  engine: CallEngine;
  onWrite: ((userId: string) => void) | undefined;
  onVoiceNote?: ((userId: string) => void) | undefined;
  grower?: Grower | undefined;
}

/** Everything of a call that is seen and heard, over the rest of the app. */
export function CallLayer({ engine, onWrite, onVoiceNote, grower }: LayerProps) {
  const view = useWebRTC(engine);
  const [small, setSmall] = useState<number>();
  const minimised = view !== null && small === view.key && view.stage === 'live';
  const passing = view?.end !== undefined && isPassing(view.end.reason);
  useFocusReturn(view !== null && !isAside(view.stage) && !minimised && !passing);
  useWakeLock(view?.stage === 'live');
  const quiet = useGrowth(grower, view?.callId).quiet;
  if (!view) return null;
  return createPortal(
    <>
      <p className={styles.spoken} role="status" aria-live="assertive">
        {passing ? '' : spokenText(view)}
      </p>
      <p className={styles.spoken} role="status" aria-live="polite">
        {view.stage === 'live' ? `${voiceHintText(view.voiceHint)} ${sharingSpoken(view)}`.trim() : ''}
      </p>
      {view.sharing.theirs && !quiet ? <Voice stream={view.sharing.theirs} speaker={view.chosen.speaker} name={view.peer.name} /> : null}
      {view.stage === 'live' && engine.current ? <BesideSpoken beside={engine.current.beside} name={view.peer.name} className={styles.spoken} /> : null}
      {view.stage === 'live' && !quiet ? <Voice stream={view.remote} speaker={view.chosen.speaker} name={view.peer.name} /> : null}
      <Face engine={engine} view={view} minimised={minimised} passing={passing} onWrite={onWrite} onVoiceNote={onVoiceNote} grower={grower} onSmall={setSmall} />
    </>,
    document.body,
  );
}

/** Notices speak for themselves. */
function spokenText(view: CallView): string {
  if (view.end) return endText(view.end, view.peer.name).title;
  return isAside(view.stage) ? '' : `${view.peer.name}: ${stateText(view)}`;
}

interface FaceProps {
  engine: CallEngine;
  view: CallView;
  minimised: boolean;
  passing: boolean;
  onWrite: ((userId: string) => void) | undefined;
  onVoiceNote: ((userId: string) => void) | undefined;
  grower: Grower | undefined;
  onSmall: (key: number | undefined) => void;
}

function Face({ engine, view, minimised, passing, onWrite, onVoiceNote, grower, onSmall }: FaceProps) {
  if (view.checking) return <PreJoin key={view.key} engine={engine} view={view} />;
  if (view.stage === 'incoming') return <IncomingCall key={view.key} engine={engine} view={view} />;
  if (view.stage === 'other-tab') return <OtherTab engine={engine} view={view} />;
  if (view.stage === 'other-device') return <OtherDevice engine={engine} view={view} />;
  if (view.end) {
    if (passing) return <CallNotice text={endText(view.end, view.peer.name).title} onClose={() => engine.dismiss()} />;
    return <CallEnded key={view.key} engine={engine} view={view} end={view.end} grower={grower} onWrite={onWrite} onVoiceNote={onVoiceNote} />;
  }
  if (minimised) return <FloatingCall engine={engine} view={view} onExpand={() => onSmall(undefined)} />;
  return <WebRTCCall key={view.key} engine={engine} view={view} grower={grower} onMinimise={() => onSmall(view.key)} />;
}

function OtherTab({ engine, view }: { engine: CallEngine; view: CallView }) {
  if (!view.canRejoin) return <CallNotice text={m.call_other_tab()} onClose={() => engine.dismiss()} />;
  return (
    <CallNotice
      text={m.call_rejoin_title({ name: view.peer.name })}
      action={
        <TextButton main onClick={() => void engine.rejoin()}>
          {m.call_rejoin()}
        </TextButton>
      }
      onClose={() => engine.dismiss()}
    />
  );
}

function OtherDevice({ engine, view }: { engine: CallEngine; view: CallView }) {
  const { name } = view.peer;
  const wrong = view.problem ? problemText(view.problem).title : view.refused ? errorText(view.refused) : undefined;
  return (
    <CallNotice
      text={wrong ?? (view.asking.length > 0 ? askText(view) : m.call_other_device({ name }))}
      action={
        view.canRejoin ? (
          <TextButton main onClick={() => void engine.takeHere()}>
            {wrong ? m.call_try_again() : m.call_take_here()}
          </TextButton>
        ) : undefined
      }
      onClose={() => engine.dismiss()}
    />
  );
}
