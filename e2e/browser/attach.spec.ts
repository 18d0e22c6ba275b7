import type { Page } from '@playwright/test';
import { pair } from './pair.js';
import { expect, test } from './people.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const picker = (page: Page) => page.locator('input[type=file]');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const pdf = { name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n') };

test('what is too large, or no picture that can be freed of its place, is not sent, and says why', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  await picker(mia.page).setInputFiles([
    { name: 'film.zip', mimeType: 'application/zip', buffer: Buffer.alloc(16 * 1024 * 1024 + 1) },
    { name: 'IMG_1.HEIC', mimeType: 'image/heic', buffer: Buffer.from('no browser here opens this') },
  ]);
  await expect(mia.page.getByText('This file is too large. Up to 16 MB can be sent.')).toBeVisible();
  await expect(button(mia.page, 'Send 0 files')).toBeDisabled();
  await button(mia.page, 'IMG_1.HEIC, 2 of 2').click();
  await expect(mia.page.getByText('Your browser can’t open this picture')).toBeVisible();
  await mia.page.keyboard.press('Escape');
  await expect(mia.page.getByRole('dialog')).toBeHidden();
  await expect(mia.page.getByLabel(`Message to ${lena.person.name}`)).toBeFocused();
});

test('an upload shows how far it is, and can be given up', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  await mia.page.route('**/api/uploads', () => undefined);
  await picker(mia.page).setInputFiles(pdf);
  await button(mia.page, 'Send 1 file').click();
  await expect(messages(mia.page).getByRole('progressbar', { name: 'Sending report.pdf' })).toBeVisible();
  await button(mia.page, 'Don’t send report.pdf').click();
  await expect(messages(mia.page)).toBeHidden();
  await mia.page.unroute('**/api/uploads');
  await mia.page.getByLabel(`Message to ${lena.person.name}`).fill('Never mind');
  await mia.page.keyboard.press('Enter');
  await expect(messages(lena.page).getByText('Never mind')).toBeVisible();
  await expect(lena.page.getByText('report.pdf')).toHaveCount(0);
});
