import type { Connection } from '../../../../shared/socket';
import type { Entry } from '../../../../shared/wire/types';
import type { Outgoing } from './outgoing';

/** One item as the server takes it. */
export function sendOutgoing(connection: Pick<Connection, 'emitWithAck'>, item: Outgoing): Promise<Entry> {
  const { clientMessageId, receiverId, message, change, attachment, uploaded, replyTo } = item;
  switch (change?.kind) {
    case 'edit':
      return connection.emitWithAck('edit-message', { clientMessageId, messageId: change.messageId, message });
    case 'deletion':
      return connection.emitWithAck('delete-message', { clientMessageId, messageId: change.messageId });
    case 'reaction':
      return connection.emitWithAck('react', { clientMessageId, messageId: change.messageId, reaction: change.reaction ?? null });
    case undefined:
      return connection.emitWithAck('send-message', {
        clientMessageId,
        receiverId,
        message,
        messageType: attachment?.kind ?? 'text',
        ...(replyTo && { replyTo: replyTo.messageId }),
        ...(uploaded && { [attachment?.kind === 'audio' ? 'audioPublicId' : 'filePublicId']: uploaded.publicId }),
      });
  }
}
