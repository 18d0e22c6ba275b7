import { ActionIcon } from '@mantine/core';
import { IconArrowLeft, IconDotsVertical, IconPhone, IconSearch, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { useCallStarter } from '../../../shared/lib/callStarter';
import { roleName } from '../../../shared/lib/roles';
import { shortTime } from '../../../shared/lib/time';
import { useOnePane } from '../../../shared/lib/useMediaQuery';
import type { Contact } from '../../../shared/wire/types';
import { Avatar, ICON } from '../../../shared/ui';
import { CallMenu } from './CallMenu';
import classes from './ConversationHeader.module.css';

interface Props {
  other: Contact;
  typing: boolean;
  onBack: () => void;
  /** Null where there is nothing to search yet. */
  onSearch: (() => void) | null;
}

function status(other: Contact): string {
  if (other.online) return m.presence_online();
  if (other.lastSeen) return m.presence_last_seen({ time: shortTime(other.lastSeen) });
  return other.speciality ?? roleName(other.role);
}

export function ConversationHeader({ other, typing, onBack, onSearch }: Props) {
  const calls = useCallStarter();
  const onePane = useOnePane();
  const [menu, setMenu] = useState<DOMRect | null>(null);
  const Heading = onePane ? 'h1' : 'h2';
  return (
    <header className={classes.header}>
      {onePane && (
        <ActionIcon variant="subtle" color="gray" size={44} aria-label={m.chat_back()} onClick={onBack}>
          <IconArrowLeft {...ICON} />
        </ActionIcon>
      )}
      <Avatar id={other._id} name={other.name} image={other.profileImage} online={other.online} />
      <div className={classes.who}>
        <Heading className={classes.name}>{other.name}</Heading>
        <p className={classes.status} data-typing={typing || undefined}>{typing ? m.typing() : status(other)}</p>
      </div>
      {onSearch && (!calls || !onePane) && (
        <button type="button" className={classes.call} aria-label={m.search_open()} title={m.search_open()} onClick={onSearch}>
          <IconSearch {...ICON} size={22} />
        </button>
      )}
      {calls && (
        <div className={classes.calls}>
          <button
            type="button" className={classes.call} disabled={calls.active} aria-label={m.call_video_label({ name: other.name })}
            onClick={() => calls.start(other._id, other.name, 'video')}
          >
            <IconVideo {...ICON} size={22} /> <span className={classes.callName}>{m.call_video()}</span>
          </button>
          <button
            type="button" className={classes.call} disabled={calls.active} aria-label={m.call_audio_label({ name: other.name })}
            onClick={() => calls.start(other._id, other.name, 'audio')}
          >
            <IconPhone {...ICON} size={22} /> <span className={classes.callName}>{m.call_audio()}</span>
          </button>
          <button
            type="button" className={classes.call} aria-label={m.chat_menu({ name: other.name })} aria-haspopup="dialog"
            onClick={(event) => setMenu(event.currentTarget.getBoundingClientRect())}
          >
            <IconDotsVertical {...ICON} size={22} />
          </button>
        </div>
      )}
      {menu && <CallMenu other={other} anchor={menu} onSearch={onePane ? onSearch : null} onClose={() => setMenu(null)} />}
    </header>
  );
}
