import type { Page } from '@playwright/test';
import { glimpses, picture, pictures, sizeOf } from './gallery.js';
import { pair } from './pair.js';
import { expect, test } from './people.js';

test.describe.configure({ timeout: 120_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const WORD = 'Lebensmittelunverträglichkeitsuntersuchungsergebnis'.repeat(2);

async function write(page: Page, to: string, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await page.getByLabel(`Message to ${to}`).fill(text);
    await page.keyboard.press('Enter');
  }
}

async function menu(page: Page, own: boolean): Promise<void> {
  await messages(page).getByRole('button', { name: own ? 'Your message: more' : /^Message from .*: more$/ }).last().click();
  await expect(page.getByRole('dialog')).toBeVisible();
}

test('replies, reactions, edits, deletions and their menu', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const { page } = mia;
  await write(page, lena.person.name, 'Two carrots a day, or three?', `My result is called ${WORD}.`);
  await expect(messages(lena.page).getByText('My result')).toBeVisible();
  await menu(lena.page, false);
  await glimpses(lena.page, 'changes-menu');
  await button(lena.page, 'Reply').click();
  await glimpses(lena.page, 'changes-replying');
  await write(lena.page, mia.person.name, 'Send it to me, please.');
  await expect(messages(page).getByText('Send it to me')).toBeVisible();
  await menu(page, false);
  await button(page, '👍').click();
  await menu(lena.page, true);
  await button(lena.page, '❤️').click();
  await write(page, lena.person.name, 'Tomorow', 'Never mind');
  await menu(page, true);
  await button(page, 'Delete for everyone').click();
  await glimpses(page, 'changes-delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(messages(page).getByText('This message was deleted')).toBeVisible();
  await menu(page, true);
  await button(page, 'Edit').click();
  await expect(button(page, 'Leave it as it was')).toBeVisible();
  await glimpses(page, 'changes-editing');
  await write(page, lena.person.name, 'Tomorrow');
  await expect(messages(lena.page).getByText('Tomorrow')).toBeVisible();
  await pictures(page, 'changes');
  await page.evaluate(() => localStorage.setItem('PARAGLIDE_LOCALE', 'de'));
  await page.reload();
  await expect(page.getByText('Diese Nachricht wurde gelöscht').first()).toBeVisible();
  await page.setViewportSize(sizeOf(390));
  await picture(page, 'de-changes-390');
});

test('what could not be sent', async ({ visit }) => {
  const { page } = (await pair(visit)).mia;
  await page.route('**/api/uploads', (route) => route.fulfill({ status: 507, json: { error: 'full', code: 'quota_exceeded' } }));
  await page.locator('input[type=file]').setInputFiles({ name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
  await button(page, 'Send 1 file').click();
  await expect(messages(page).getByRole('alert')).toContainText('Your space for files is full');
  await pictures(page, 'failed');
  await page.evaluate(() => localStorage.setItem('PARAGLIDE_LOCALE', 'de'));
  await page.reload();
  await expect(page.getByRole('alert').filter({ hasText: 'Nicht gesendet' })).toBeVisible();
  await page.setViewportSize(sizeOf(390));
  await picture(page, 'de-failed-390');
});
