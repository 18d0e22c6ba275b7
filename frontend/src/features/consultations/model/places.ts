import { randomId } from '../../../shared/lib/ids';
import { systemClock } from '../../../shared/media/clock';
import { listenByWebAudio } from '../../../shared/media/hearing';
import { browserMedia } from '../../../shared/media/media';
import { canRecord, startTape } from '../../../shared/media/recording/Tape';
import { browserScreens } from '../../../shared/media/screens';
import type { RoomApi } from '../api';
import { floating } from './floating';
import { Place, type PlaceDeps } from './Place';
import { RoomFailure, type CreateRoom } from './port';
import { RoomEngine } from './RoomEngine';
import { tabUnsent } from './Words';

/** What speaks LiveKit's protocol, which nothing else in the app needs. */
const fetchLibrary = () => import('./livekit');

const createRoom: CreateRoom = async (listener, keys) => {
  const chunk = await fetchLibrary().catch(() => {
    throw new RoomFailure('unreachable');
  });
  return chunk.createLiveKitRoom(listener, keys);
};

function createPlace(api: RoomApi, listen: PlaceDeps['listen']): Place {
  const engine = new RoomEngine(
    { api, createRoom, media: browserMedia(), screens: browserScreens(), listen: listenByWebAudio, clock: systemClock, newId: randomId },
    'member',
  );
  return new Place({ api, clock: systemClock, listen, newId: randomId, unsent: tabUnsent, startTape: canRecord() ? startTape : undefined }, engine);
}

/** So long a page may be gone: another language builds it anew, and StrictMode does. */
const GRACE_MS = 1_000;

const isInside = (place: Place): boolean => ['connecting', 'live', 'reconnecting'].includes(place.engine.view.value.stage);

const places = new Map<string, { place: Place; uses: number; timer: ReturnType<typeof setTimeout> | undefined }>();

/** The one place under this key; it lives outside React and ends a moment after the last page that shows it. */
export function placeOf(key: string, api: () => RoomApi, listen: PlaceDeps['listen']): Place {
  let known = places.get(key);
  if (!known) {
    const place = createPlace(api(), listen);
    known = { place, uses: 0, timer: undefined };
    places.set(key, known);
    place.engine.view.subscribe(() => {
      const other = floating.value;
      // Nobody is in two rooms; and what has ended floats no more.
      if (other?.place === place && !isInside(place)) closePlace(key);
      else if (other && other.place !== place && isInside(place)) closePlace(other.key);
    });
  }
  return known.place;
}

export const userPlaceKey = (userId: string, roomId: string): string => `${userId} ${roomId}`;

function closePlace(key: string): void {
  const known = places.get(key);
  if (floating.value?.key === key) floating.set(undefined);
  places.delete(key);
  known?.place.close();
}

let gone: ReturnType<typeof setTimeout> | undefined;

/** For as long as there is somewhere for a room to float: who signs out is in none. */
export function holdFloating(): () => void {
  clearTimeout(gone);
  return () => {
    gone = setTimeout(() => floating.value && closePlace(floating.value.key), GRACE_MS);
  };
}

/** `floats` where a room goes on without its page: for who has other pages to look at. */
export function holdPlace(key: string, floats: boolean): () => void {
  const known = places.get(key);
  if (!known) return () => undefined;
  known.uses += 1;
  clearTimeout(known.timer);
  if (floating.value?.key === key) floating.set(undefined);
  known.place.start();
  // At the door, so that it is there when they go in.
  fetchLibrary().catch(() => undefined);
  return () => {
    known.uses -= 1;
    if (known.uses > 0) return;
    if (floats && isInside(known.place)) floating.set({ key, place: known.place });
    else known.timer = setTimeout(() => closePlace(key), GRACE_MS);
  };
}
