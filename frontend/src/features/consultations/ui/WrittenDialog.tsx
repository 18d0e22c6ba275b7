import { Modal } from '@mantine/core';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import { m } from '../../../shared/i18n';
import type { RoomApi } from '../api';
import { Written } from './Written';

/** The same over the list of what was. */
export function WrittenDialog({ api, roomId, consultationId, onClose }: { api: Pick<RoomApi, 'words'>; roomId: string; consultationId: string; onClose: () => void }) {
  return (
    <Modal opened centered onClose={onClose} title={m.written()} closeButtonProps={{ 'aria-label': m.close() }} radius={12} size="lg">
      <Written api={api} roomId={roomId} consultationId={consultationId} />
    </Modal>
  );
}
