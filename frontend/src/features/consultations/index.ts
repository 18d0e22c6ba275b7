import { lazyRouteComponent } from '@tanstack/react-router';

export { FloatingSlot } from './FloatingSlot';
export { InvitationNotice } from './ui/InvitationNotice';
export { useGrower } from './growth';
export { useHasConsultations } from './useHasConsultations';

/** The door to consultations. All of it is fetched when a page of it is opened, what speaks LiveKit's protocol when a room is entered. */
export const Consultations = lazyRouteComponent(() => import('./ui/Consultations'), 'Consultations');
export const ConsultationPage = lazyRouteComponent(() => import('./ui/ConsultationPage'), 'ConsultationPage');
export const GuestPage = lazyRouteComponent(() => import('./ui/GuestPage'), 'GuestPage');
