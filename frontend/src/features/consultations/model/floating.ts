import { Observable } from '../../../shared/lib/observable';
import type { Place } from './Place';

/** The room that somebody is in while they look at another page of the app; one at most. */
export const floating = new Observable<{ key: string; place: Place } | undefined>(undefined);
