import { useEffect } from 'react';
import { useObservable } from '../../../shared/lib/useObservable';
import type { Consultation, RoomApi } from '../api';
import type { Place, PlaceState } from '../model/Place';
import { holdPlace, placeOf } from '../model/places';
import type { RoomView } from '../model/view';

/** One's place in a room for as long as a page shows it. */
export function usePlace(key: string, api: () => RoomApi, listen: ((take: (consultation: Consultation) => void) => () => void) | undefined): Place {
  // A guest has no other page.
  const floats = listen !== undefined;
  useEffect(() => holdPlace(key, floats), [key, floats]);
  return placeOf(key, api, listen);
}

export function usePlaceView(place: Place): { state: PlaceState; view: RoomView } {
  return { state: useObservable(place.state), view: useObservable(place.engine.view) };
}
