import type { Page } from '@playwright/test';
import { glimpses, pictures } from './gallery.js';
import { expectVideo } from './media.js';
import { expect, signIn, test } from './people.js';

/** A call that is recorded and shared, and goes on with another device; one of the two in German. */
test.describe.configure({ timeout: 300_000 });

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

test('a recording, a screen, another device', async ({ visit, browser, server }) => {
  const { page: lena, person: dietician } = await visit('Lena Brandt', 'dietician');
  const { page: mia, person: patient, context } = await visit('Mia Jones', 'patient');
  await context.addInitScript(() => localStorage.setItem('PARAGLIDE_LOCALE', 'de'));
  await mia.reload();
  await lena.getByRole('link', { name: patient.name }).first().click();
  await button(lena, `Video call with ${patient.name}`).click();
  await button(mia, 'Annehmen').click();
  for (const page of [lena, mia]) await expectVideo(page);

  await button(lena, 'More').click();
  await button(lena, 'Record this call').click();
  await expect(button(lena, `Ask ${patient.name}`)).toBeVisible();
  await glimpses(lena, 'recording-ask');
  await button(lena, `Ask ${patient.name}`).click();
  await expect(mia.getByRole('alertdialog')).toBeVisible();
  await glimpses(mia, 'de-recording-asked');
  await button(mia, 'In Aufzeichnung einwilligen').click();
  for (const page of [lena, mia]) await expect(page.locator('[data-recording]')).toBeVisible();
  await glimpses(lena, 'recording-running');
  await glimpses(mia, 'de-recording-running');

  await button(lena, 'Share your screen').click();
  await expect(lena.getByText('Text and pictures').first()).toBeVisible();
  await pictures(lena, 'screen-ours');
  await glimpses(mia, 'de-screen-theirs');

  const tablet = await signIn(browser, server, patient);
  await expect(button(tablet.page, 'Take it here')).toBeVisible();
  await glimpses(tablet.page, 'other-device');
  await tablet.context.close();

  await button(mia, 'Aufzeichnung beenden').click();
  await expect(lena.getByText(/^The recording is in your conversation with /).first()).toBeVisible();
  await glimpses(lena, 'recording-kept');
  await button(lena, 'Leave').click();
  await button(mia, 'Schließen').last().click();
  await mia.getByRole('link', { name: dietician.name }).first().click();
  const card = mia.locator('video[src]').first();
  await expect(card).toBeVisible();
  await pictures(mia, 'de-recording-card');
});
