import { IconArrowDown } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import classes from './MessageList.module.css';

export function JumpToLatest({ unread, onJump }: { unread: number; onJump: () => void }) {
  const label = unread > 0 ? m.jump_latest_unread({ count: unread }) : m.jump_latest();
  return (
    <button type="button" className={classes.jump} onClick={onJump} aria-label={label} title={label}>
      <IconArrowDown {...ICON} />
      {unread > 0 && <span className={classes.jumpCount} aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
    </button>
  );
}
