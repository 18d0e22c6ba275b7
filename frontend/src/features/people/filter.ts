import { ADMIN, DIETICIAN, PATIENT } from '../../shared/lib/roles';
import type { Person } from './api';

export type Group = 'all' | 'waiting' | 'patients' | 'dieticians' | 'admins' | 'online';

/** A dietician who is not active waits for approval, or was disabled; the record does not tell which. */
export const isWaiting = (person: Person): boolean => !person.active && person.role === DIETICIAN;

const IN: Record<Group, (person: Person) => boolean> = {
  all: () => true,
  waiting: isWaiting,
  patients: (person) => person.role === PATIENT,
  dieticians: (person) => person.role === DIETICIAN,
  admins: (person) => person.role === ADMIN,
  online: (person) => person.online,
};

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

export function filterPeople(people: readonly Person[], group: Group, text: string): Person[] {
  const wanted = plain(text.trim());
  return people.filter((person) => IN[group](person) && (plain(person.name).includes(wanted) || plain(person.email).includes(wanted)));
}
