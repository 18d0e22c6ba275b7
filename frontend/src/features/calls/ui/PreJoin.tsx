import { useFocusTrap, useMergedRef } from '@mantine/hooks';
import { type KeyboardEvent, useState } from 'react';
import { m } from '../../../shared/i18n';
import { checkFirst, useChoice } from '../../../shared/lib/callSettings';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import { useFocusOnControls } from '../../../shared/media/ui/effects';
import { DeviceCheck } from '../../../shared/media/ui/DeviceCheck';
import { isPassable } from '../../../shared/media/ui/deviceText';
import { askText } from './labels';
import styles from './PreJoin.module.css';
import tokens from '../../../shared/media/ui/tokens.module.css';

/** A look at oneself before a call is placed or accepted: seen by nobody else, and kept to what is needed. */
export function PreJoin({ engine, view }: { engine: CallEngine; view: CallView }) {
  const trap = useFocusTrap();
  const [dialog, setDialog] = useState<HTMLElement | null>(null);
  const ref = useMergedRef(trap, setDialog);
  const [always, setAlways] = useChoice(checkFirst);
  const incoming = view.direction === 'incoming';
  const video = view.kind === 'video';
  const waiting = view.microphone === 'none' && !view.problem;
  const refused = view.problem !== undefined && !isPassable(view.problem);
  useFocusOnControls(dialog, !waiting);
  const { name } = view.peer;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    engine.leaveCheck();
  };
  return (
    <div className={styles.scrim}>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape closes a dialog */}
      <div ref={ref} className={`${styles.sheet} ${tokens.tokens}`} role="dialog" aria-modal="true" aria-labelledby="call-check-title" tabIndex={-1} onKeyDown={onKey}>
        <h2 id="call-check-title" className={styles.title}>
          {incoming ? m.check_title_incoming({ name }) : m.check_title({ name })}
        </h2>
        <DeviceCheck
          view={view}
          video={video}
          ask={askText(view)}
          level={engine.level}
          onMicrophone={() => void engine.current?.toggleMicrophone()}
          onCamera={() => void engine.current?.toggleCamera()}
          onChoose={(device, id) => void engine.current?.choose(device, id)}
          onRetry={() => void engine.retry()}
        >
          <label className={styles.always}>
            <input type="checkbox" checked={always} onChange={(event) => setAlways(event.currentTarget.checked)} />
            {m.check_always()}
          </label>
        </DeviceCheck>
        <div className={styles.actions}>
          <TextButton data-leave onClick={() => engine.leaveCheck()}>{incoming ? m.check_back() : m.call_cancel()}</TextButton>
          <TextButton main data-autofocus={waiting || refused ? undefined : true} disabled={waiting || refused} onClick={() => void engine.proceed()}>
            {goText(view)}
          </TextButton>
        </div>
      </div>
    </div>
  );
}

/** What happens with this button, and without what. */
function goText(view: CallView): string {
  const incoming = view.direction === 'incoming';
  if (view.problem && isPassable(view.problem)) return incoming ? m.check_answer_mute() : m.check_call_mute();
  if (view.kind === 'video' && view.camera === 'off' && view.microphone !== 'none') return incoming ? m.check_answer_blind() : m.check_call_blind();
  return incoming ? m.check_answer() : m.check_call();
}
