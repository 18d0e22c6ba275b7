import { IconScreenShare } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import type { CallEngine } from '../model/engine';
import type { CallView } from '../model/view';
import { TextButton } from '../../../shared/media/ui/Button';
import styles from './OwnScreen.module.css';

/** As long as our screen is seen by the other: that it is, what it is tuned for, and the way to end it. */
export function OwnScreen({ engine, view }: { engine: CallEngine; view: CallView }) {
  const { motion, sound } = view.sharing;
  return (
    <section className={styles.banner} aria-label={m.screen_own()}>
      <IconScreenShare size={20} stroke={1.75} aria-hidden />
      <div className={styles.words}>
        <p className={styles.title}>{m.screen_own()}</p>
        <p className={styles.detail}>{sound ? m.screen_own_sound({ name: view.peer.name }) : m.screen_own_silent({ name: view.peer.name })}</p>
      </div>
      <fieldset className={styles.kinds}>
        <legend className={styles.legend}>{m.screen_kind()}</legend>
        {[false, true].map((moves) => (
          <label key={String(moves)} className={styles.kind}>
            <input type="radio" name="screen-kind" checked={motion === moves} onChange={() => engine.current?.sharing.setMotion(moves)} />
            {moves ? m.screen_kind_motion() : m.screen_kind_detail()}
          </label>
        ))}
      </fieldset>
      <TextButton main onClick={() => engine.current?.sharing.stop()}>
        {m.screen_stop()}
      </TextButton>
    </section>
  );
}
