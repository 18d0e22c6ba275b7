import { lazyRouteComponent } from '@tanstack/react-router';

export const Trust = lazyRouteComponent(() => import('./ui/Trust'), 'Trust');
