import type { ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { clockTime, fullTime } from '../../../shared/lib/time';
import { Hidden } from '../../../shared/ui';
import type { Outgoing } from '../model/outbox/outgoing';
import type { Row } from '../model/rows';
import { DeliveryMark } from '../ui/DeliveryMark';
import { Linked } from '../ui/Linked';
import { AudioCard } from '../voice/AudioCard';
import { FileCard } from './FileCard';
import { ImageCard } from './ImageCard';
import { RecordingCard } from './RecordingCard';
import classes from './MediaRow.module.css';

export type MediaRowData = Extract<Row, { type: 'file' }>;

/** What each kind of card is given: its row, and whether bytes are still on their way out. */
export interface MediaProps {
  row: MediaRowData;
  /** Who wrote it, for names that screen readers say. */
  name: string;
  waiting: Outgoing | null;
}

const CARDS = { image: ImageCard, file: FileCard, audio: AudioCard, recording: RecordingCard } as const;

/** A picture, a file or a voice note, in the conversation or on its way there. */
export function MediaRow({ row, name }: { row: MediaRowData; name: string }) {
  const { own, outgoing, file } = row;
  const Card = CARDS[file.kind];
  const waiting = outgoing && (outgoing.state === 'waiting' || outgoing.state === 'uploading') ? outgoing : null;
  return (
    <div className={classes.card} data-kind={file.kind} data-own={own || undefined} title={fullTime(row.at)}>
      <Hidden>{own ? m.said_by_you() : m.said_by({ name })}</Hidden>
      <Card row={row} name={name} waiting={waiting} />
      {row.text !== '' && <p className={classes.caption}><Linked text={row.text} /></p>}
      {file.kind === 'image' && <Meta row={row} over={row.text === ''} />}
    </div>
  );
}

/** When, and how far it has come. */
export function Meta({ row, over = false, children }: { row: MediaRowData; over?: boolean; children?: ReactNode }) {
  return (
    <span className={classes.meta} data-over={over || undefined}>
      {children}
      {row.edited && <span>{m.message_edited()}</span>}
      <time dateTime={row.at}>{clockTime(row.at)}</time>
      {row.mark && <DeliveryMark mark={row.mark} />}
    </span>
  );
}
