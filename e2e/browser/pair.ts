import type { RoleName } from '../server.js';
import { expect, type Visitor } from './people.js';

type Visit = (name: string, role: RoleName) => Promise<Visitor>;

/** A dietician and a patient, each with the conversation with the other open. */
export async function pair(visit: Visit): Promise<{ lena: Visitor; mia: Visitor }> {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await mia.page.getByRole('link', { name: lena.person.name }).first().click();
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  await expect(lena.page.getByLabel(`Message to ${mia.person.name}`)).toBeVisible();
  await expect(mia.page.getByLabel(`Message to ${lena.person.name}`)).toBeVisible();
  return { lena, mia };
}
