import { useCurrentUser } from '../../auth';
import { PATIENT } from '../../../shared/lib/roles';
import { Chat } from './Chat';
import { UserChatPanel } from './UserChatPanel';

/** A patient writes to a few; who works at the practice has many to find their way among. */
export function ChatPage() {
  return useCurrentUser().role === PATIENT ? <Chat /> : <UserChatPanel />;
}
