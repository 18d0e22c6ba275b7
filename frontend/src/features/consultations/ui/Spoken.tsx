import { useEffect, useRef } from 'react';
import { m } from '../../../shared/i18n';
import { useAnnounce } from '../../../shared/ui';
import type { RoomView } from '../model/view';

/** Who comes, goes and raises a hand, for those who don't see it. */
export function Spoken({ view }: { view: RoomView }) {
  const announce = useAnnounce();
  const before = useRef<RoomView['people'] | undefined>(undefined);
  const { people, stage } = view;
  useEffect(() => {
    const known = before.current;
    if (stage !== 'live') return;
    before.current = people;
    if (!known) return;
    const said = [
      ...people.filter(({ identity }) => !known.some((one) => one.identity === identity)).map(({ name }) => m.room_came({ name })),
      ...known.filter(({ identity }) => !people.some((one) => one.identity === identity)).map(({ name }) => m.room_went({ name })),
      ...people.filter(({ identity, hand, me }) => !me && hand !== undefined && known.find((one) => one.identity === identity)?.hand === undefined).map(({ name }) => m.room_raised({ name })),
    ];
    if (said.length > 0) announce(said.join(' '));
  }, [people, stage, announce]);
  return null;
}
