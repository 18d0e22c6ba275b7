import { IconBan, IconMicrophone, IconPaperclip, IconPhone, IconPhoneX, IconPhoto, IconSalad, IconVideo } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo, useEffect, useRef } from 'react';
import { m } from '../../../shared/i18n';
import { roleName } from '../../../shared/lib/roles';
import { fullTime, shortTime } from '../../../shared/lib/time';
import { useSelected } from '../../../shared/lib/useObservable';
import type { Entry } from '../../../shared/wire/types';
import { Avatar, Hidden } from '../../../shared/ui';
import { useChat } from '../model/context';
import { previewOf, previewOfOutgoing } from '../model/preview';
import type { Room } from '../model/room';
import { DeliveryMark } from './DeliveryMark';
import classes from './List.module.css';

function KindIcon({ entry }: { entry: Entry }) {
  const props = { size: 16, stroke: 1.75, 'aria-hidden': true, className: classes.kind };
  if (entry.call?.outcome === 'missed') return <IconPhoneX {...props} />;
  if (entry.call) return entry.call.callType === 'video' ? <IconVideo {...props} /> : <IconPhone {...props} />;
  if (entry.deletedAt !== undefined) return <IconBan {...props} />;
  const Icon = { plan: IconSalad, image: IconPhoto, audio: IconMicrophone, file: IconPaperclip, recording: IconVideo, text: null, call: null }[entry.messageType];
  return Icon && <Icon {...props} />;
}

interface Props {
  room: Room;
  selected: boolean;
  focusable: boolean;
}

export const ConversationRow = memo(function ConversationRow({ room, selected, focusable }: Props) {
  const chat = useChat();
  const { other, unread } = room;
  const draft = useSelected(chat.drafts.state, (drafts) => drafts[other._id] ?? '');
  const unsent = useSelected(chat.outbox.items, (items) => items.findLast((item) => item.receiverId === other._id && !item.change));
  const last = room.lastMessage;
  const place = useRef<HTMLLIElement>(null);
  // Chosen by keyboard or address, it may be out of view.
  useEffect(() => {
    if (selected) place.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <li ref={place}>
      <Link
        className={classes.row} to="/chats/{-$userId}" params={{ userId: other._id }} data-roving tabIndex={focusable ? 0 : -1}
        data-unread={unread > 0 || undefined} {...(selected ? { 'aria-current': 'page' as const } : {})}
      >
        <Avatar id={other._id} name={other.name} image={other.profileImage} size={48} online={other.online} />
        <span className={classes.text}>
          <span className={classes.line}>
            <span className={classes.name}>{other.name}</span>
            {last && <time className={classes.time} dateTime={last.createdAt} title={fullTime(last.createdAt)}>{shortTime(last.createdAt)}</time>}
          </span>
          <span className={classes.line}>
            <span className={classes.preview}>
              {room.typing ? (
                <span className={classes.typing}>{m.typing()}</span>
              ) : draft !== '' && !selected ? (
                <><span className={classes.draft}>{m.draft()}</span> {draft}</>
              ) : unsent ? (
                <><DeliveryMark mark={unsent.state} /> {previewOfOutgoing(unsent)}</>
              ) : last ? (
                <><KindIcon entry={last} />{previewOf(last, chat.userId)}</>
              ) : (
                <span className={classes.start}>{other.speciality ?? roleName(other.role)}</span>
              )}
            </span>
            {unread > 0 && (
              <span className={classes.unread}>
                <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
                <Hidden>{m.unread_count({ count: unread })}</Hidden>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
});
