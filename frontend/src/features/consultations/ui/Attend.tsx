import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { isTransient } from '../../../shared/lib/errors';
import { useWakeLock } from '../../../shared/media/ui/effects';
import { StateNote } from '../../../shared/ui';
import type { Place } from '../model/Place';
import { Ended } from './Ended';
import { Lobby } from './Lobby';
import { titleOf } from './labels';
import { Room } from './Room';
import styles from './Page.module.css';
import { usePlaceView } from './usePlace';
import { Written } from './Written';

interface AttendProps {
  place: Place;
  roomId: string;
  onBack: () => void;
  /** To the rest of the app, the room going on; none for guests, who have no more of it. */
  onMinimise?: () => void;
  backText: 'list' | 'none';
}

/** Whatever stage somebody is at: not there yet, waiting, inside, or gone. */
export function Attend({ place, roomId, onBack, onMinimise, backText }: AttendProps) {
  const { state, view } = usePlaceView(place);
  const { consultation, failed } = state;
  const inside = ['connecting', 'live', 'reconnecting'].includes(view.stage);
  useWakeLock(inside || consultation?.you.state === 'waiting');
  const title = consultation ? titleOf(consultation) : m.nav_consultations();
  useEffect(() => {
    document.title = `${title} · ${m.app_name()}`;
  }, [title]);

  const back = backText === 'list' ? <Button variant="default" onClick={onBack}>{m.room_back()}</Button> : undefined;
  if (failed) {
    return (
      <main className={styles.page}>
        <StateNote
          alert
          title={m.room_cannot()}
          text={errorText(failed)}
          action={
            <div className={styles.actions}>
              {isTransient(failed) || failed === 'consultation_locked' || failed === 'consultation_too_early' ? <Button onClick={() => void place.arrive()}>{m.try_again()}</Button> : null}
              {back}
            </div>
          }
        />
        {failed === 'consultation_ended' ? <Written api={place.api} roomId={roomId} quiet /> : null}
      </main>
    );
  }
  if (!consultation) {
    return (
      <main className={styles.page} aria-busy="true" aria-label={m.loading()}>
        <div className={styles.skeleton} />
      </main>
    );
  }
  if (inside) return <Room place={place} consultation={consultation} view={view} refused={state.refused} onMinimise={onMinimise} adding={state.adding} />;
  const gone = consultation.state === 'ended' ? 'ended' : ['removed', 'refused'].includes(consultation.you.state) ? 'removed' : undefined;
  if (view.stage === 'ended' || gone) return <Ended place={place} consultation={consultation} reason={gone ?? view.end ?? 'left'} back={back} />;
  return <Lobby place={place} consultation={consultation} view={view} refused={state.refused} />;
}
