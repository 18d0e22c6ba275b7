import { randomId } from '../../../shared/lib/ids';
import { systemClock } from '../../../shared/media/clock';
import { listenByWebAudio } from '../../../shared/media/hearing';
import { browserMedia } from '../../../shared/media/media';
import { browserScreens } from '../../../shared/media/screens';
import type { RoomApi } from '../api';
import { Place, type PlaceDeps } from './Place';
import { RoomFailure, type CreateRoom } from './port';
import { RoomEngine } from './RoomEngine';
import { tabUnsent } from './Words';

/** What speaks LiveKit's protocol is fetched when somebody enters a room, not before. */
const createRoom: CreateRoom = async (listener) => {
  const chunk = await import('./livekit').catch(() => {
    throw new RoomFailure('unreachable');
  });
  return chunk.createLiveKitRoom(listener);
};

function createPlace(api: RoomApi, listen: PlaceDeps['listen']): Place {
  const engine = new RoomEngine(
    { api, createRoom, media: browserMedia(), screens: browserScreens(), listen: listenByWebAudio, clock: systemClock, newId: randomId },
    'member',
  );
  return new Place({ api, clock: systemClock, listen, newId: randomId, unsent: tabUnsent }, engine);
}

/** So long a page may be gone: another language builds it anew, and StrictMode does. */
const GRACE_MS = 1_000;

const places = new Map<string, { place: Place; uses: number; timer: ReturnType<typeof setTimeout> | undefined }>();

/** The one place under this key; it lives outside React and ends a moment after the last page that shows it. */
export function placeOf(key: string, api: () => RoomApi, listen: PlaceDeps['listen']): Place {
  let known = places.get(key);
  if (!known) {
    known = { place: createPlace(api(), listen), uses: 0, timer: undefined };
    places.set(key, known);
  }
  return known.place;
}

export const userPlaceKey = (userId: string, roomId: string): string => `${userId} ${roomId}`;

export function holdPlace(key: string): () => void {
  const known = places.get(key);
  if (!known) return () => undefined;
  known.uses += 1;
  clearTimeout(known.timer);
  known.place.start();
  return () => {
    known.uses -= 1;
    if (known.uses > 0) return;
    known.timer = setTimeout(() => {
      places.delete(key);
      known.place.close();
    }, GRACE_MS);
  };
}
