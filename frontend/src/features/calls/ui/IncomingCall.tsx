import { IconPhone, IconVideo } from '@tabler/icons-react';
import { useFocusTrap } from '@mantine/hooks';
import { type KeyboardEvent, useState } from 'react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { HangUpIcon, RoundButton } from '../../../shared/media/ui/Button';
import { CallAvatar } from './CallAvatar';
import { useTitleFlash, useTone } from '../../../shared/media/ui/effects';
import styles from './IncomingCall.module.css';
import { stateText } from './labels';
import tokens from '../../../shared/media/ui/tokens.module.css';

/** Who was typing when it rang must not answer by the next key. */
const TYPING_MS = 500;

export function IncomingCall({ engine, view }: { engine: CallEngine; view: CallView }) {
  const trap = useFocusTrap();
  const [shownAt] = useState(() => performance.now());
  useTone(view.silenced ? undefined : 'ring');
  useTitleFlash(m.call_title_ring({ name: view.peer.name }));
  const video = view.kind === 'video';

  const onKey = (event: KeyboardEvent) => {
    const typing = performance.now() - shownAt < TYPING_MS;
    if (typing && event.key !== 'Tab') {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Escape' && event.type === 'keydown') {
      event.stopPropagation();
      engine.current?.silence();
    }
  };

  return (
    <div className={styles.scrim}>
      <div
        ref={trap}
        className={`${styles.ring} ${tokens.tokens}`}
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="call-ring-name"
        aria-describedby="call-ring-kind call-ring-private"
        tabIndex={-1}
        onKeyDownCapture={onKey}
        onKeyUpCapture={onKey}
      >
        <p id="call-ring-kind" className={styles.kind}>
          {video ? <IconVideo size={20} stroke={1.75} aria-hidden /> : <IconPhone size={20} stroke={1.75} aria-hidden />}
          {stateText(view)}
        </p>
        <div className={styles.person}>
          <CallAvatar peer={view.peer} size="huge" waiting={!view.silenced} />
          <h2 id="call-ring-name" className={styles.name}>
            {view.peer.name}
          </h2>
          <p id="call-ring-private" className={styles.private}>
            {m.call_private()}
          </p>
        </div>
        <div className={styles.actions}>
          <RoundButton
            icon={<HangUpIcon size={28} stroke={1.75} />}
            label={m.call_decline()}
            caption={m.call_decline()}
            tone="leave"
            size="large"
            onClick={() => engine.decline()}
          />
          {video ? (
            <RoundButton
              icon={<IconPhone size={24} stroke={1.75} />}
              label={m.call_accept_audio_long()}
              caption={m.call_accept_audio()}
              onClick={() => void engine.accept(false)}
            />
          ) : null}
          <RoundButton
            data-autofocus
            icon={video ? <IconVideo size={28} stroke={1.75} /> : <IconPhone size={28} stroke={1.75} />}
            label={m.call_accept()}
            caption={m.call_accept()}
            tone="accept"
            size="large"
            onClick={() => void engine.accept(true)}
          />
        </div>
        {video ? (
          <button type="button" className={styles.check} onClick={() => void engine.check()}>
            {m.check_first()}
          </button>
        ) : null}
        <p className={styles.hint}>{view.silenced ? m.call_silenced() : m.call_ring_hint()}</p>
      </div>
    </div>
  );
}
