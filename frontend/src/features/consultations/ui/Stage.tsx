import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { RoundButton } from '../../../shared/media/ui/Button';
import { columnsOf, layoutOf, type Mode, Seating } from '../model/layout';
import type { RoomView } from '../model/view';
import { TileView } from './TileView';
import styles from './Stage.module.css';

/** Faces and screens, in the grid or one of them large. */
export function Stage({ view, mode, width, height }: { view: RoomView; mode: Mode; width: number; height: number }) {
  const [seating] = useState(() => new Seating());
  const [pinned, setPinned] = useState<string>();
  const [wanted, setPage] = useState(0);
  const narrow = width < 640;
  const perPage = narrow ? 6 : 9;
  const seated = seating.arrange(view.people, perPage);
  const { large, rest, pages, page } = layoutOf(seated, seating.speaker(view.people), mode, pinned, wanted, perPage);
  const onPin = (key: string) => setPinned(pinned === key ? undefined : key);
  const tile = (each: (typeof rest)[number], size: 'large' | 'small' | 'grid') => (
    <TileView key={each.key} tile={each} size={size} local={view.local} pinned={pinned === each.key} onPin={() => onPin(each.key)} />
  );
  if (large) {
    return (
      <div className={styles.focus}>
        <div className={styles.large}>{tile(large, 'large')}</div>
        {rest.length > 0 ? <div className={styles.strip}>{rest.map((each) => tile(each, 'small'))}</div> : null}
      </div>
    );
  }
  const columns = columnsOf(rest.length, width, height);
  return (
    <div className={styles.paged}>
      <div className={styles.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }} data-alone={rest.length === 1}>
        {rest.map((each) => tile(each, 'grid'))}
      </div>
      {view.people.length === 1 && view.stage === 'live' ? <p className={styles.alone}>{m.room_alone()}</p> : null}
      {pages > 1 ? (
        <div className={styles.pages} role="group" aria-label={m.room_pages()}>
          <RoundButton size="small" icon={<IconChevronLeft size={20} stroke={1.75} />} label={m.room_page_before()} disabled={page === 0} onClick={() => setPage(page - 1)} />
          <span aria-live="polite">{m.room_page({ page: page + 1, pages })}</span>
          <RoundButton size="small" icon={<IconChevronRight size={20} stroke={1.75} />} label={m.room_page_next()} disabled={page === pages - 1} onClick={() => setPage(page + 1)} />
        </div>
      ) : null}
    </div>
  );
}
