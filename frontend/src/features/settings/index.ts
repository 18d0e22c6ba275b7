import { lazyRouteComponent } from '@tanstack/react-router';

export const Settings = lazyRouteComponent(() => import('./ui/Settings'), 'Settings');
