import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { SidePanel } from '../../../shared/media/ui/SidePanel';
import type { Consultation } from '../api';
import type { Place } from '../model/Place';
import type { RoomView } from '../model/view';
import { ChatOfRoom } from './ChatOfRoom';
import { EncryptionOfRoom } from './EncryptionParts';
import { PeopleOfRoom } from './PeopleOfRoom';

export type PanelKind = 'people' | 'chat' | 'encryption';

const TITLES = { people: m.room_people, chat: m.room_chat, encryption: m.room_encryption };

interface PanelProps {
  id: string;
  kind: PanelKind;
  place: Place;
  consultation: Consultation;
  view: RoomView;
  onClose: () => void;
}

export function RoomPanel({ id, kind, place, consultation, view, onClose }: PanelProps) {
  const [to, setTo] = useState('');
  return (
    <SidePanel id={id} title={TITLES[kind]()} heading="h2" onClose={onClose}>
      {kind === 'people' ? (
        <PeopleOfRoom place={place} consultation={consultation} view={view} />
      ) : kind === 'encryption' ? (
        <EncryptionOfRoom place={place} />
      ) : (
        <ChatOfRoom place={place} consultation={consultation} view={view} to={to} onTo={setTo} />
      )}
    </SidePanel>
  );
}
