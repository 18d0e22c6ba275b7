import { IconPhone, IconPhoneX, IconVideo } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { useCallStarter } from '../../../shared/lib/callStarter';
import { clockTime, fullTime } from '../../../shared/lib/time';
import type { CallFacts, Contact } from '../../../shared/wire/types';
import { Hidden, ICON } from '../../../shared/ui';
import { PlanCard } from '../attach/PlanCard';
import { callDetail, callTitle } from '../model/preview';
import type { Row } from '../model/rows';
import { DeliveryMark } from './DeliveryMark';
import classes from './EntryCard.module.css';

type CardRow = Extract<Row, { type: 'card' }>;

/** What is no plain text: an icon, a title, one line, one action. */
export function EntryCard({ row, other }: { row: CardRow; other: Contact }) {
  const { entry } = row;
  if (entry.call) return <CallCard row={row} call={entry.call} other={other} />;
  return <PlanCard entry={entry} own={row.own} mark={row.mark} name={other.name} />;
}

function CallCard({ row, call, other }: { row: CardRow; call: CallFacts; other: Contact }) {
  const calls = useCallStarter();
  const missed = call.outcome === 'missed' && !row.own;
  const Icon = missed ? IconPhoneX : call.callType === 'video' ? IconVideo : IconPhone;
  return (
    <Card
      row={row} name={other.name} icon={<Icon {...ICON} />} tone={missed ? 'danger' : 'leaf'}
      title={callTitle(call, row.own)} line={callDetail(call, row.own)}
      action={
        call.outcome === 'grown' ? (
          <Link className={classes.action} to="/consultations/$roomId" params={{ roomId: `consultation-${call.callId}` }}>{m.call_entry_to_consultation()}</Link>
        ) : calls && (
          <button type="button" className={classes.action} disabled={calls.active} onClick={() => calls.start(other._id, other.name, call.callType)}>
            {missed ? m.call_back() : m.call_again()}
          </button>
        )
      }
    />
  );
}

interface CardProps {
  row: CardRow;
  name: string;
  icon: ReactNode;
  title: string;
  line: string;
  tone?: 'leaf' | 'danger';
  action?: ReactNode;
}

function Card({ row, name, icon, title, line, tone = 'leaf', action }: CardProps) {
  return (
    <div className={classes.card} title={fullTime(row.at)}>
      <span className={classes.icon} data-tone={tone}>{icon}</span>
      <div className={classes.words}>
        <Hidden>{row.own ? m.said_by_you() : m.said_by({ name })}</Hidden>
        <p className={classes.title}>{title}</p>
        <p className={classes.line}>
          {line !== '' && <span className={classes.detail}>{line}</span>}
          <time dateTime={row.at}>{clockTime(row.at)}</time>
          {row.mark && <DeliveryMark mark={row.mark} />}
        </p>
      </div>
      {action}
    </div>
  );
}
