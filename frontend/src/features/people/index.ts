import { lazyRouteComponent } from '@tanstack/react-router';

export const People = lazyRouteComponent(() => import('./ui/People'), 'People');
