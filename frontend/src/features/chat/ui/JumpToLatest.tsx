import { IconArrowBackUp, IconArrowDown } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import classes from './MessageList.module.css';

interface Props {
  unread: number;
  /** After following a quote: first back to where it stands. */
  back: boolean;
  onJump: () => void;
}

export function JumpToLatest({ unread, back, onJump }: Props) {
  const label = back ? m.jump_back() : unread > 0 ? m.jump_latest_unread({ count: unread }) : m.jump_latest();
  return (
    <button type="button" className={classes.jump} onClick={onJump} aria-label={label} title={label}>
      {back ? <IconArrowBackUp {...ICON} /> : <IconArrowDown {...ICON} />}
      {unread > 0 && <span className={classes.jumpCount} aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
    </button>
  );
}
