import { m } from '../../../shared/i18n';
import { ChatLayout } from './ChatLayout';
import { ConversationList } from './ConversationList';

/** The patient's page: the dieticians, and the conversation with one of them. */
export function Chat() {
  return (
    <ChatLayout
      empty={{ title: m.chat_pick_dietician(), text: m.chat_pick_dietician_text() }}
      list={(props) => <ConversationList {...props} title={m.nav_chats()} emptyText={m.chat_no_dieticians()} filters={false} />}
    />
  );
}
