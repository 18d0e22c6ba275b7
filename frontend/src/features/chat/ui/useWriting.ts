import { useSelected } from '../../../shared/lib/useObservable';
import type { Aim } from '../model/Aims';
import { useChat } from '../model/context';

/** What is in the field: the draft of a new message, or the text of one that is edited. */
export function useWriting(otherId: string): { text: string; aim: Aim | undefined; write: (text: string) => void } {
  const chat = useChat();
  const aim = useSelected(chat.aims.state, (aims) => aims.get(otherId));
  const draft = useSelected(chat.drafts.state, (drafts) => drafts[otherId] ?? '');
  const write = (text: string) => {
    if (aim?.kind === 'edit') chat.aims.set(otherId, { ...aim, text });
    else chat.drafts.set(otherId, text);
  };
  return { text: aim?.kind === 'edit' ? aim.text : draft, aim, write };
}
