import { useFocusTrap } from '@mantine/hooks';
import type { KeyboardEvent } from 'react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { Grower } from '../model/growth';
import { callsForVoiceNote } from '../model/outcome';
import type { CallEnd, CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import { MeetInstead } from './AddSomeone';
import { CallAvatar } from './CallAvatar';
import styles from './CallEnded.module.css';
import { CallStory } from './CallStory';
import { clockText } from '../../../shared/media/clockText';
import { dataText, endText, qualityText } from './labels';
import { outcomeText, useRecording } from '../recording/RecordingStrip';
import { LogDownload } from './LogDownload';
import tokens from '../../../shared/media/ui/tokens.module.css';

interface EndedProps {
  engine: CallEngine;
  view: CallView;
  end: CallEnd;
  grower: Grower | undefined;
  onWrite: ((userId: string) => void) | undefined;
  onVoiceNote: ((userId: string) => void) | undefined;
}

/** One quiet sheet when a call is over: how it was, and what one may want next. */
export function CallEnded({ engine, view, end, grower, onWrite, onVoiceNote }: EndedProps) {
  const trap = useFocusTrap();
  const recording = useRecording(engine);
  const { title, detail } = endText(end, view.peer.name);
  const subtitle = detail ?? (title.includes(view.peer.name) ? '' : view.peer.name);
  const quality = qualityText(end.quality);
  const again = end.code !== 'contact_not_allowed' && end.code !== 'forbidden' && end.code !== 'call_already';
  const write = () => {
    engine.dismiss();
    onWrite?.(view.peer.userId);
  };
  const say = () => {
    engine.dismiss();
    onVoiceNote?.(view.peer.userId);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    engine.dismiss();
  };
  return (
    <div className={styles.scrim}>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- Escape closes a dialog */}
      <div
        ref={trap}
        className={`${styles.sheet} ${tokens.tokens}`}
        role="dialog"
        aria-modal="true"
        aria-labelledby="call-ended-title"
        tabIndex={-1}
        onKeyDown={onKey}
      >
        <div className={styles.head}>
          <CallAvatar peer={view.peer} size="small" />
          <div className={styles.words}>
            <h2 id="call-ended-title" className={styles.title}>
              {title}
            </h2>
            {subtitle !== '' ? <p className={styles.detail}>{subtitle}</p> : null}
          </div>
        </div>
        {end.durationMs !== undefined ? (
          <dl className={styles.facts}>
            <div>
              <dt>{m.call_duration()}</dt>
              <dd>{clockText(end.durationMs)}</dd>
            </div>
            {end.bytes ? (
              <div>
                <dt>{m.call_data()}</dt>
                <dd>{dataText(end.bytes)}</dd>
              </div>
            ) : null}
            {quality ? (
              <div>
                <dt>{m.call_connection()}</dt>
                <dd>{quality}</dd>
              </div>
            ) : null}
          </dl>
        ) : null}
        <MeetInstead grower={grower} view={view} onMet={() => engine.dismiss()} />
        {end.story ? <CallStory view={view} end={end} story={end.story} /> : null}
        {outcomeText(recording, view) !== '' ? <p className={styles.detail} role="status">{outcomeText(recording, view)}</p> : null}
        <LogDownload engine={engine} />
        <div className={styles.actions}>
          <TextButton data-autofocus main={!again} onClick={() => engine.dismiss()}>
            {m.call_close()}
          </TextButton>
          {onWrite ? <TextButton onClick={write}>{m.call_write()}</TextButton> : null}
          {onVoiceNote && callsForVoiceNote(end) ? <TextButton onClick={say}>{m.call_leave_note()}</TextButton> : null}
          {again ? (
            <TextButton main onClick={() => void engine.callAgain()}>
              {end.reason === 'missed' ? m.call_back() : m.call_again()}
            </TextButton>
          ) : null}
        </div>
      </div>
    </div>
  );
}
