import { lazy, Suspense } from 'react';
import { useObservable } from '../../shared/lib/useObservable';
import { floating } from './model/floating';

const FloatingRoom = lazy(() => import('./ui/FloatingRoom').then((chunk) => ({ default: chunk.FloatingRoom })));

/** Where a room goes on while another page is looked at; fetched when there is one. */
export function FloatingSlot() {
  return useObservable(floating) ? (
    <Suspense fallback={null}>
      <FloatingRoom />
    </Suspense>
  ) : null;
}
