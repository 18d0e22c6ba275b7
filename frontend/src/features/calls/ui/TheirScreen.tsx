import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { Picture } from '../../../shared/media/ui/Media';
import styles from './TheirScreen.module.css';

/** The other's screen, whole, with their face small beside it. */
export function TheirScreen({ view, faces }: { view: CallView; faces: boolean }) {
  const { name } = view.peer;
  return (
    <>
      <div className={styles.screen} data-faces={faces} data-paused={view.sharing.theirsPaused}>
        <Picture stream={view.sharing.theirs} label={m.screen_of({ name })} whole />
      </div>
      {view.remotePicture ? (
        <div className={styles.face}>
          <Picture stream={view.remote} label={name} />
        </div>
      ) : null}
    </>
  );
}

/** Whoever looks at it may end it, too. */
export function EndTheirScreen({ engine, view }: { engine: CallEngine; view: CallView }) {
  return (
    <button type="button" className={styles.end} aria-label={m.screen_end_theirs_long({ name: view.peer.name })} onClick={() => engine.current?.sharing.stopTheirs()}>
      {m.screen_end_theirs()}
    </button>
  );
}
