import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { TextButton } from '../../../shared/media/ui/Button';
import { Duration } from '../../../shared/media/ui/Duration';
import { useWakeLock } from '../../../shared/media/ui/effects';
import { FloatingCard, FloatingScreen } from '../../../shared/media/ui/FloatingCard';
import { floating } from '../model/floating';
import { Seating } from '../model/layout';
import type { Place } from '../model/Place';
import { holdFloating } from '../model/places';
import { EncryptedMark } from './EncryptionParts';
import { titleOf } from './labels';
import { RoomAskedToRecord, RoomRecordedBadge } from './RoomRecordingParts';
import { Spoken } from './Spoken';
import { Attached } from './TileView';
import { usePlaceView } from './usePlace';

/** The room that one is in while one reads or writes elsewhere in the app. */
export function FloatingRoom() {
  const room = useObservable(floating);
  useEffect(() => holdFloating(), []);
  return room ? createPortal(<Card key={room.key} place={room.place} />, document.body) : null;
}

function Card({ place }: { place: Place }) {
  const { state, view } = usePlaceView(place);
  const navigate = useNavigate();
  const [seating] = useState(() => new Seating());
  useWakeLock(true);
  const { consultation } = state;
  if (!consultation) return null;
  seating.arrange(view.people, 1);
  const expand = () => void navigate({ to: '/consultations/$roomId', params: { roomId: consultation.roomId } });
  const shown = view.people.find(({ me, screen }) => !me && screen !== undefined) ?? seating.speaker(view.people) ?? view.people.find(({ me }) => !me);
  const picture = shown?.screen ?? shown?.camera;
  return (
    <>
      <Spoken view={view} />
      <FloatingCard
        label={titleOf(consultation)}
        picture={shown && picture ? <Attached key={picture.sid} picture={picture} label={shown.name} whole={picture === shown.screen} /> : null}
        face={null}
        name={titleOf(consultation)}
        state={
          view.stage === 'live' && view.since !== undefined ? (
            <>
              <Duration since={view.since} /> · {m.room_count({ count: Math.max(1, view.people.length) })} <EncryptedMark consultation={consultation} sign />
            </>
          ) : (
            m.room_reconnecting()
          )
        }
        marks={
          <>
            <RoomRecordedBadge place={place} />
            <RoomAskedToRecord place={place} consultation={consultation} onOpen={expand} />
          </>
        }
        notices={view.sharing === 'on' ? <FloatingScreen onStop={<TextButton main onClick={() => void place.engine.toggleScreen()}>{m.screen_stop()}</TextButton>} /> : null}
        microphone={view.role === 'observer' ? undefined : view.microphone}
        expandLabel={m.room_expand()}
        leaveLabel={m.room_leave_alone()}
        onMicrophone={() => void place.engine.toggleMicrophone()}
        onExpand={expand}
        onLeave={() => void place.leave()}
      />
    </>
  );
}
