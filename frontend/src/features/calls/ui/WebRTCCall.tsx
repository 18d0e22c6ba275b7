import { IconArrowsDiagonalMinimize2, IconLock, IconPictureInPicture, IconX } from '@tabler/icons-react';
import { useFocusTrap, useMergedRef } from '@mantine/hooks';
import { type ReactNode, useId, useState, useSyncExternalStore } from 'react';
import { m } from '../../../shared/i18n';
import { isTyping } from '../../../shared/lib/isTyping';
import type { CallEngine } from '../model/engine';
import type { Grower } from '../model/growth';
import { actionOf, type Pressed } from '../../../shared/media/keys';
import { CALL_KEYS } from '../model/keys';
import type { CallView } from '../model/view';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';
import { GrowthNotice } from './AddSomeone';
import { BesideNotice } from './BesideNotice';
import { BesidePanel } from './BesidePanel';
import { CallAvatar } from './CallAvatar';
import { CallControls } from './CallControls';
import { CallKeys } from './CallKeys';
import { DevicePanel } from './DevicePanel';
import { Duration } from '../../../shared/media/ui/Duration';
import { isPassable, noteText, problemText } from '../../../shared/media/ui/deviceText';
import { useFocusOnControls, useFullScreen, useIdle, usePictureInPicture, useStrayKeys, useTone } from '../../../shared/media/ui/effects';
import { FiguresPanel } from './FiguresPanel';
import { askText, connectionText, hintText, stateText } from './labels';
import { Picture } from '../../../shared/media/ui/Media';
import { OwnScreen } from './OwnScreen';
import { RecordingBadge } from '../recording/RecordingBadge';
import { isRecording, RecordingStrip, useRecording } from '../recording/RecordingStrip';
import { SelfView } from './SelfView';
import { sharingNews } from './sharingLabels';
import { EndTheirScreen, TheirScreen } from './TheirScreen';
import { useFileDrop } from './useBeside';
import tokens from '../../../shared/media/ui/tokens.module.css';
import { VoiceHint } from './VoiceHint';
import styles from './WebRTCCall.module.css';

const IDLE_MS = 3_000;

/** What lies over the call, one at a time. */
type Opened = 'more' | 'figures' | 'keys';

/** A call in the whole window: from the moment we place or accept it until it is over. */
export function WebRTCCall({ engine, view, grower, onMinimise }: { engine: CallEngine; view: CallView; grower?: Grower | undefined; onMinimise: () => void }) {
  const trap = useFocusTrap();
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const ref = useMergedRef(trap, setStage);
  const [open, setOpen] = useState<Opened>();
  const more = open === 'more';
  const panelId = useId();
  const [beside, setBeside] = useState(false);
  const besideId = useId();
  const fullScreen = useFullScreen(stage);
  const theirScreen = view.sharing.theirs !== undefined;
  const idle = useIdle((fullScreen.active || theirScreen) && open === undefined && !beside, IDLE_MS);
  const onTop = usePictureInPicture(stage);
  useTone(view.stage === 'ringing' ? 'ringback' : undefined);

  useFocusOnControls(stage, view.microphone !== 'none', `${view.sharing.own} ${theirScreen} ${view.sharing.news ?? ''}`);

  const live = view.stage === 'live';
  const ownPicture = view.camera === 'on' && view.local !== undefined;
  // Until the other's picture is there, our own fills the window, so that one can look at oneself before being seen.
  const alone = !live && ownPicture;
  const picture = (live && (view.remotePicture || theirScreen)) || alone;
  const session = live ? engine.current : undefined;
  const closeBeside = () => {
    setBeside(false);
    stage?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  };
  const openBeside = () => {
    setOpen(undefined);
    setBeside(true);
  };
  const canDrop = useSyncExternalStore(session?.beside.view.subscribe ?? never, () => session?.beside.view.get().taking === 'yes');
  const dropping = useFileDrop(
    stage,
    session && canDrop
      ? (files) => {
          openBeside();
          session.beside.offer(files);
        }
      : undefined,
  );

  const toggle = (what: Opened) => setOpen(open === what ? undefined : what);
  const act = {
    microphone: () => void engine.current?.toggleMicrophone(),
    camera: () => live && void engine.current?.toggleCamera(),
    screen: () => live && engine.current?.toggleScreen(),
    fullscreen: () => live && fullScreen.toggle?.(),
    figures: () => live && toggle('figures'),
    keys: () => toggle('keys'),
  };
  const onKey = (event: Pressed & { target: EventTarget | null; stopPropagation: () => void }) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (open) setOpen(undefined);
      else if (live && !fullScreen.active) onMinimise();
      return;
    }
    const action = actionOf(CALL_KEYS, event, isTyping(event.target));
    if (action === undefined) return;
    // The page has keys of its own.
    event.stopPropagation();
    if (open !== 'keys' || action === 'keys') act[action]();
  };
  useStrayKeys(onKey);

  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- the shortcuts of a dialog
    <section
      ref={ref}
      className={`${styles.stage} ${tokens.tokens} ${picture ? tokens.dark : ''}`}
      data-picture={picture}
      data-idle={idle}
      data-beside={beside && live}
      role="dialog"
      aria-modal="true"
      aria-label={m.call_with({ name: view.peer.name })}
      tabIndex={-1}
      onKeyDown={onKey}
    >
      <div className={styles.remote} data-remote={alone ? undefined : ''}>
        <Seen view={view} alone={alone} faces={view.remotePicture || ownPicture} />
      </div>
      <header className={styles.top}>
        <div className={styles.who}>
          {picture ? (
            <>
              <h2 className={styles.name}>{view.peer.name}</h2>
              <p className={styles.facts}>
                <Facts engine={engine} view={view} />
              </p>
            </>
          ) : null}
        </div>
        {theirScreen ? <EndTheirScreen engine={engine} view={view} /> : null}
        {live && view.remotePicture && onTop.toggle ? (
          <RoundButton
            size="small"
            icon={<IconPictureInPicture size={20} stroke={1.75} />}
            label={m.call_on_top()}
            aria-pressed={onTop.active}
            onClick={onTop.toggle}
          />
        ) : null}
        {live ? (
          <RoundButton
            size="small"
            icon={<IconArrowsDiagonalMinimize2 size={20} stroke={1.75} />}
            label={m.call_minimise()}
            onClick={onMinimise}
          />
        ) : null}
      </header>
      {picture ? null : <Middle engine={engine} view={view} />}
      <Messages engine={engine} view={view}>
        <GrowthNotice grower={grower} view={view} />
        {session && !beside ? <BesideNotice beside={session.beside} name={view.peer.name} onOpen={openBeside} /> : null}
      </Messages>
      {dropping ? <p className={styles.drop}>{m.call_files_drop({ name: view.peer.name })}</p> : null}
      {view.sharing.own === 'on' ? <OwnScreen engine={engine} view={view} /> : null}
      {live && ownPicture && view.local ? <SelfView stream={view.local} /> : null}
      {more ? <DevicePanel engine={engine} view={view} grower={grower} id={panelId} onOpen={setOpen} onBeside={session ? openBeside : undefined} onClose={() => setOpen(undefined)} /> : null}
      {open === 'figures' && live && engine.current ? (
        <FiguresPanel figures={engine.current.figures} name={view.peer.name} onClose={() => setOpen(undefined)} />
      ) : null}
      <CallControls
        engine={engine}
        view={view}
        grower={grower}
        fullScreen={fullScreen}
        more={{ open: more, toggle: () => toggle('more'), panelId }}
        beside={session ? { of: session.beside, open: beside, toggle: beside ? closeBeside : openBeside, panelId: besideId } : undefined}
      />
      {open === 'keys' ? <CallKeys onClose={() => setOpen(undefined)} /> : null}
      {session && beside ? <BesidePanel beside={session.beside} view={view} id={besideId} onClose={closeBeside} /> : null}
    </section>
  );
}

function Seen({ view, alone, faces }: { view: CallView; alone: boolean; faces: boolean }) {
  // Keyed: one that showed us must not show us again as the other, for the time that theirs takes to come.
  if (alone) return <Picture key="own" stream={view.local} mirrored />;
  if (view.sharing.theirs) return <TheirScreen view={view} faces={faces} />;
  return <Picture key="theirs" stream={view.remote} label={view.peer.name} hidden={!view.remotePicture} />;
}

/** What fills the window while there is no picture. */
function Middle({ engine, view }: { engine: CallEngine; view: CallView }) {
  if (view.problem) {
    const { title, step } = problemText(view.problem);
    return (
      <div className={styles.middle}>
        <div className={styles.problem} role="alert">
          <p className={styles.problemTitle}>{title}</p>
          <p className={styles.problemStep}>{step}</p>
          {view.problem.kind === 'insecure' ? null : (
            <TextButton main onClick={() => void engine.retry()}>
              {m.call_try_again()}
            </TextButton>
          )}
          {isPassable(view.problem) ? (
            <TextButton onClick={() => void engine.proceed()}>
              {view.direction === 'incoming' ? m.check_answer_mute() : m.check_call_mute()}
            </TextButton>
          ) : null}
        </div>
      </div>
    );
  }
  const asking = view.asking.length > 0;
  const waiting = view.stage !== 'live' || view.link === 'connecting';
  const cameraOff = view.stage === 'live' && view.link === 'connected' && view.kind === 'video';
  return (
    <div className={styles.middle}>
      <CallAvatar peer={view.peer} size="huge" waiting={waiting && !asking} />
      <div className={styles.person}>
        <h2 className={styles.bigName}>{view.peer.name}</h2>
        {asking ? (
          <p className={styles.middleText}>{askText(view)}</p>
        ) : (
          <p className={styles.facts}>
            <Facts engine={engine} view={view} />
          </p>
        )}
        {cameraOff ? <p className={styles.middleText}>{m.call_remote_off()}</p> : null}
      </div>
    </div>
  );
}

/** The state in words, or how long it has been going on; and who else can hear. */
function Facts({ engine, view }: { engine: CallEngine; view: CallView }) {
  const recorded = isRecording(useRecording(engine));
  const since = view.stage === 'live' && view.link === 'connected' ? view.acceptedAt : undefined;
  const connection = connectionText(view);
  return (
    <>
      {since !== undefined ? <Duration since={since} /> : <span>{stateText(view)}</span>}
      {connection !== undefined ? <span>{connection}</span> : null}
      {view.sharing.theirs ? <span>{m.screen_theirs({ name: view.peer.name })}</span> : null}
      {recorded ? (
        <RecordingBadge engine={engine} />
      ) : (
        <span className={styles.private}>
          <IconLock size={14} stroke={1.75} aria-hidden />
          {m.call_private()}
        </span>
      )}
    </>
  );
}

/** What the person should know now, over the picture. */
function Messages({ engine, view, children }: { engine: CallEngine; view: CallView; children: ReactNode }) {
  const hint = hintText(view);
  const news = view.sharing.news === 'they-began' ? undefined : sharingNews(view);
  const lost = view.stage === 'live' && (view.link === 'disconnected' || view.link === 'failed');
  return (
    <div className={styles.messages}>
      {view.stage === 'live' ? <RecordingStrip engine={engine} view={view} /> : null}
      {children}
      {lost ? <p className={styles.message}>{[stateText(view), hint].filter(Boolean).join('. ').replace('….', '…')}</p> : null}
      {!lost && hint ? <p className={styles.message}>{hint}</p> : null}
      {news ? (
        <div className={styles.message} data-note={view.sharing.news === 'failed' || view.sharing.news === 'not-allowed' ? true : undefined}>
          <span>{news}</span>
          <RoundButton
            size="small"
            icon={<IconX size={20} stroke={1.75} />}
            label={m.call_close()}
            onClick={() => engine.current?.sharing.closeNews()}
          />
        </div>
      ) : null}
      <VoiceHint engine={engine} view={view} className={styles.message} />
      {view.note ? (
        <div className={styles.message} data-note role="status">
          <span>{noteText(view.note)}</span>
          <RoundButton
            size="small"
            icon={<IconX size={20} stroke={1.75} />}
            label={m.call_close()}
            onClick={() => engine.current?.closeNote()}
          />
        </div>
      ) : null}
    </div>
  );
}

const never = () => () => undefined;
