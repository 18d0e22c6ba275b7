import type { Page } from '@playwright/test';
import { glimpses, pictures } from './gallery.js';
import { expect, test } from './people.js';
import { photo } from './pictures.js';

test.describe.configure({ timeout: 180_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const LONG_NAME = `Blood report of the laboratory ${'in spring '.repeat(8)}2026.pdf`;

test('files and voice notes', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  const { page } = mia;
  await page.getByRole('link', { name: lena.person.name }).first().click();
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  const wide = await photo(page, { width: 1600, height: 1000, orientation: 1 });
  const pdf = Buffer.from('%PDF-1.7\n%%EOF\n');
  await page.locator('input[type=file]').setInputFiles([
    { name: 'lunch.jpg', mimeType: 'image/jpeg', buffer: wide },
    { name: LONG_NAME, mimeType: 'application/pdf', buffer: pdf },
    { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(16 * 1024 * 1024 + 1) },
  ]);
  await expect(button(page, 'Send 2 files')).toBeEnabled();
  await page.getByLabel('Caption of lunch.jpg').fill('My lunch today: lentils with feta, and bread from the market. Too much bread?');
  await pictures(page, 'files-preview');
  await button(page, 'film.mp4, 3 of 3').click();
  await glimpses(page, 'files-preview-refused');
  await button(page, 'Send 2 files').click();

  await button(page, 'Record a voice note').click();
  await expect(page.getByRole('timer')).toHaveText(/^0:(0[2-9]|1\d)$/);
  await glimpses(page, 'voice-recording');
  await button(page, 'Stop and listen').click();
  await pictures(page, 'voice-review');
  await button(page, 'Send the voice note').click();
  await page.locator('input[type=file]').setInputFiles({ name: 'lunch.jpg', mimeType: 'image/jpeg', buffer: await photo(page, { width: 600, height: 1200, orientation: 1 }) });
  await button(page, 'Send 1 file').click();
  await expect(messages(lena.page).getByRole('button', { name: /^Open the picture/ })).toHaveCount(2);
  await pictures(lena.page, 'files');

  await messages(lena.page).getByRole('button', { name: /^Open the picture/ }).first().click();
  await expect(lena.page.getByRole('dialog').getByRole('img')).toBeVisible();
  await glimpses(lena.page, 'files-gallery');
  await lena.page.keyboard.press('Escape');

  await page.route('**/api/uploads', () => undefined);
  await page.locator('input[type=file]').setInputFiles({ name: 'lunch.jpg', mimeType: 'image/jpeg', buffer: wide });
  await button(page, 'Send 1 file').click();
  await expect(messages(page).getByRole('progressbar')).toBeVisible();
  await glimpses(page, 'files-sending');
});
