import { m } from '../../../shared/i18n';
import { ChatLayout } from './ChatLayout';
import { ConversationList } from './ConversationList';

/** The dietician's page: many patients at the left, found by name, by what is unread and by who is there. */
export function UserChatPanel() {
  return (
    <ChatLayout
      empty={{ title: m.chat_pick_patient(), text: m.chat_pick_patient_text() }}
      list={(props) => <ConversationList {...props} title={m.nav_chats()} emptyText={m.chat_no_patients()} filters />}
    />
  );
}
