import { m } from '../i18n';
import type { RoleNumber } from '../wire/types';

export const ADMIN: RoleNumber = 0;
export const PATIENT: RoleNumber = 1;
export const DIETICIAN: RoleNumber = 2;

export function roleName(role: RoleNumber): string {
  return { 0: m.role_admin, 1: m.role_patient, 2: m.role_dietician }[role]();
}
