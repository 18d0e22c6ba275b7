import { IconAlertCircleFilled, IconCheck, IconChecks, IconClock } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import type { Mark } from '../model/rows';
import classes from './DeliveryMark.module.css';

const WORDS: Record<Mark, () => string> = {
  waiting: m.mark_waiting,
  uploading: m.mark_uploading,
  sending: m.mark_sending,
  sent: m.mark_sent,
  delivered: m.mark_delivered,
  read: m.mark_read,
  failed: m.mark_failed,
};

function Picture({ mark }: { mark: Mark }) {
  const props = { size: 16, stroke: 1.75, 'aria-hidden': true };
  if (mark === 'failed') return <IconAlertCircleFilled size={16} aria-hidden />;
  if (mark === 'waiting' || mark === 'uploading' || mark === 'sending') return <IconClock {...props} />;
  return mark === 'sent' ? <IconCheck {...props} /> : <IconChecks {...props} stroke={mark === 'read' ? 2.25 : 1.75} />;
}

/** Clock, one tick, two, two filled, or "!"; each with its word. */
export function DeliveryMark({ mark }: { mark: Mark }) {
  return (
    <span className={classes.mark} data-mark={mark} role="img" aria-label={WORDS[mark]()} title={WORDS[mark]()}>
      <Picture mark={mark} />
    </span>
  );
}
