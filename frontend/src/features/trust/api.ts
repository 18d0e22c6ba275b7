import { request } from '../../shared/lib/http';

/** The practice's own authority, and by which addresses other devices come to this page and to the app. */
export interface Authority {
  name: string;
  fingerprint: string;
  page: string | null;
  app: string | null;
}

export const fetchAuthority = () => request<Authority>('GET', '/api/trust');

export const CERTIFICATE = '/api/trust/moodbites.crt';
export const PROFILE = '/api/trust/moodbites.mobileconfig';
