import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import type { Http } from '../../../shared/lib/http';
import { clockTime, dayTitle, durationText } from '../../../shared/lib/time';
import { Avatar } from '../../../shared/ui';
import { type KeptRecording, listConsultations, type Past, PAST_PAGE, recordingApi } from '../api';
import styles from './Consultations.module.css';
import past from './PastList.module.css';

interface PastProps {
  http: Http;
  newest: Past[];
  meId: string;
  onRead: (past: Past) => void;
  onChange: () => void;
}

/** What was: the newest as the list has them, older ones when they are asked for. */
export function PastList({ http, newest, meId, onRead, onChange }: PastProps) {
  const [older, setOlder] = useState<Past[]>([]);
  const [all, setAll] = useState(newest.length < PAST_PAGE);
  const known = new Set(newest.map(({ consultationId }) => consultationId));
  const shown = [...newest, ...older.filter(({ consultationId }) => !known.has(consultationId))];
  const more = useMutation({
    mutationFn: () => listConsultations(http, shown.at(-1)?.endedAt),
    onSuccess: (page) => {
      setOlder((before) => [...before, ...page.past]);
      if (page.past.length < PAST_PAGE) setAll(true);
    },
  });
  const gone = (recordingId: string) => {
    setOlder((before) => before.map((each) => ({ ...each, recordings: each.recordings.filter((one) => one.recordingId !== recordingId) })));
    onChange();
  };
  return (
    <>
      {shown.map((each) => <Was key={each.consultationId} http={http} it={each} meId={meId} onRead={() => onRead(each)} onGone={gone} />)}
      {all ? null : (
        <li className={past.more}>
          {more.error ? <p className={styles.problem} role="alert">{errorText(codeOf(more.error))}</p> : null}
          <Button variant="default" loading={more.isPending} onClick={() => more.mutate()}>{m.room_past_more()}</Button>
        </li>
      )}
    </>
  );
}

function Was({ http, it, meId, onRead, onGone }: { http: Http; it: Past; meId: string; onRead: () => void; onGone: (recordingId: string) => void }) {
  const names = it.members.filter(({ userId, joinedAt }) => userId !== meId && joinedAt !== undefined).map(({ name }) => name);
  const weak = it.members.filter(({ quality }) => quality === 'weak').map(({ userId, name }) => (userId === meId ? m.call_word_you() : name));
  const known = it.members.some(({ quality }) => quality !== undefined);
  return (
    <li className={styles.row}>
      <Avatar id={it.owner.userId} name={it.owner.name} image={it.owner.profileImage} />
      <div className={styles.who}>
        <p className={styles.name}>{it.title ?? (it.owner.userId === meId ? m.room_own_title() : m.room_title({ name: it.owner.name }))}</p>
        <p className={styles.quiet}>{dayTitle(it.openedAt)}, {clockTime(it.openedAt)} · {durationText(it.durationMs)}{it.encrypted ? ` · ${m.room_encryption()}` : ''}</p>
        <p className={styles.quiet}>{names.length > 0 ? m.room_was_there({ names: names.join(', ') }) : m.room_was_nobody()}</p>
        {known ? <p className={styles.quiet}>{weak.length > 0 ? m.room_was_weak({ names: weak.join(', ') }) : m.room_was_good()}</p> : null}
      </div>
      {names.length > 0 ? <div className={styles.actions}><Button size="sm" variant="default" onClick={onRead}>{m.written()}</Button></div> : null}
      {it.recordings.map((each) => <Recorded key={each.recordingId} http={http} recording={each} onGone={() => onGone(each.recordingId)} />)}
    </li>
  );
}

/** Played where it stands, saved, or taken back. */
function Recorded({ http, recording, onGone }: { http: Http; recording: KeptRecording; onGone: () => void }) {
  const [open, setOpen] = useState(false);
  const [sure, setSure] = useState(false);
  const withdraw = useMutation({ mutationFn: () => recordingApi(http).withdraw(recording.recordingId), onSuccess: onGone });
  const title = m.room_record_past({ duration: durationText(recording.durationMs) });
  return (
    <div className={past.recording}>
      {/* eslint-disable-next-line jsx-a11y-x/media-has-caption -- what people said; nobody has written it down */}
      {open ? <video className={past.video} src={recording.fileUrl} controls autoPlay playsInline aria-label={title} /> : null}
      <div className={past.line}>
        <span>{title}</span>
        {open ? null : <Button size="sm" variant="default" onClick={() => setOpen(true)}>{m.room_record_play()}</Button>}
        <Button size="sm" variant="default" component="a" href={recording.fileUrl} download={recording.fileName}>{m.file_download()}</Button>
        {sure ? null : <Button size="sm" variant="default" onClick={() => setSure(true)}>{m.recording_withdraw()}</Button>}
      </div>
      {sure ? (
        <div className={past.line} role="group" aria-label={m.recording_withdraw()}>
          <span>{m.room_record_withdraw_text()}</span>
          <Button size="sm" variant="default" onClick={() => setSure(false)}>{m.recording_go_on()}</Button>
          <Button size="sm" color="red" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{m.recording_delete()}</Button>
        </div>
      ) : null}
      {withdraw.error ? <p role="alert">{errorText(codeOf(withdraw.error))}</p> : null}
    </div>
  );
}
