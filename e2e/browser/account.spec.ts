import type { Page } from '@playwright/test';
import { expect, signIn, test } from './people.js';
import { photo, PLACE } from './pictures.js';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const settings = (page: Page) => page.getByRole('link', { name: 'Settings' }).first().click();
/** The picture over somebody's initials, loaded. */
const face = (page: Page) => page.locator('img[src*="/api/uploads/"][data-loaded]');

async function pick(page: Page, buffer: Buffer, name = 'me.jpg', mimeType = 'image/jpeg'): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: /^(Choose a picture|Change picture|Choose a file|Choose another)$/ }).click()]);
  await chooser.setFiles({ name, mimeType, buffer });
}

test('a person sets a picture, others see it, it is replaced and taken away', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await settings(lena.page);
  const wide = await photo(lena.page, { width: 900, height: 300, orientation: 1 });
  expect(wide.includes(PLACE)).toBe(true);
  await pick(lena.page, wide);
  await lena.page.getByLabel('Which part').fill('100');
  const sent = lena.page.waitForRequest('**/api/user/upload-profile-image');
  await button(lena.page, 'Use this picture').click();
  const body = (await sent).postDataBuffer();
  await expect(lena.page.getByText('Your picture is saved.').first()).toBeVisible();
  for (const trace of [PLACE, 'Exif', 'GPS']) expect(body?.includes(trace) ?? false, trace).toBe(false);
  await expect(face(lena.page).first()).toBeVisible();

  await mia.page.reload();
  await mia.page.getByRole('link', { name: lena.person.name }).first().click();
  await expect(face(mia.page)).toHaveCount(3);
  const shown = await face(mia.page).first().evaluate((image: HTMLImageElement) => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const [red = 0, , blue = 0] = context.getImageData(20, 20, 1, 1).data;
    return { width: image.naturalWidth, height: image.naturalHeight, colour: red > blue ? 'red' : 'blue' };
  });
  // Of a picture that is red at its left and blue at its right, the right was chosen.
  expect(shown).toEqual({ width: 512, height: 512, colour: 'blue' });
  await button(mia.page, `Phone call with ${lena.person.name}`).click();
  await expect(button(lena.page, 'Accept')).toBeVisible();
  await expect(mia.page.getByRole('dialog').locator('img[data-loaded]')).toBeVisible();
  await button(mia.page, 'Cancel').click();
  await button(lena.page, 'Close').click();

  const first = await face(lena.page).first().getAttribute('src');
  await pick(lena.page, await photo(lena.page, { width: 300, height: 600, orientation: 6 }));
  await lena.page.getByText('Show all of it').click();
  await button(lena.page, 'Use this picture').click();
  await expect(lena.page.getByText('Your picture is saved.').first()).toBeVisible();
  await expect.poll(() => face(lena.page).first().getAttribute('src')).not.toBe(first);
  await button(lena.page, 'Remove picture').click();
  await expect(lena.page.getByText('Your picture is removed.').first()).toBeVisible();
  await expect(face(lena.page)).toHaveCount(0);
  // Open pages still have the address of what is gone; a person is never a broken picture.
  await mia.page.reload();
  await expect(mia.page.getByRole('link', { name: lena.person.name }).first()).toContainText('LB');
  await expect(face(mia.page)).toHaveCount(0);
});

test('a picture that can’t be opened or does not go out says why', async ({ visit }) => {
  const { page } = await visit('Mia Jones', 'patient');
  await settings(page);
  await pick(page, Buffer.from('no browser here opens this'), 'me.heic', 'image/heic');
  await expect(page.getByText('Your browser can’t open this picture. Save it as JPEG, then choose that.')).toBeVisible();
  await page.route('**/api/user/upload-profile-image', (route) => route.abort());
  await pick(page, await photo(page, { width: 300, height: 300, orientation: 1 }));
  await expect(page.getByText('Fill the circle')).toHaveCount(0);
  await button(page, 'Use this picture').click();
  await expect(page.getByText('No connection. Check your internet, then try again.')).toBeVisible();
  await page.unroute('**/api/user/upload-profile-image');
  await button(page, 'Use this picture').click();
  await expect(page.getByText('Your picture is saved.').first()).toBeVisible();
});

test('a dietician registers with a certificate, which the admin opens before approving', async ({ visit, browser, server }) => {
  const admin = await visit('Ruth Admin', 'admin');
  const context = await browser.newContext({ baseURL: server.url() });
  const page = await context.newPage();
  await page.goto('/register');
  await page.getByText('Dietician', { exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill('Otto Certified');
  await page.getByLabel('E-mail').fill('otto-certified@example.org');
  await page.getByLabel('Password', { exact: true }).fill('a short sentence');
  await pick(page, Buffer.from('PK a document'), 'diploma.docx', 'application/msword');
  await expect(page.getByText('This is neither a picture nor a PDF.')).toBeVisible();
  await pick(page, Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(10 * 1024 * 1024)]), 'diploma.pdf', 'application/pdf');
  await expect(page.getByText('This file is too large. Up to 10 MB can be sent.')).toBeVisible();
  await pick(page, await photo(page, { width: 400, height: 300, orientation: 1 }), 'diploma.jpg');
  await expect(page.getByText('diploma.jpg')).toBeVisible();
  await button(page, 'Create account').click();
  await expect(page.getByText('Waiting for approval')).toBeVisible();
  await context.close();

  await admin.page.getByRole('link', { name: 'People' }).first().click();
  const row = admin.page.getByRole('listitem').filter({ hasText: 'Otto Certified' });
  const [opened] = await Promise.all([admin.context.waitForEvent('page'), row.getByRole('link', { name: 'Open the certificate of Otto Certified' }).click()]);
  await expect.poll(() => opened.evaluate(() => document.images[0]?.naturalWidth)).toBe(400);
  await opened.close();
  await button(admin.page, 'Approve Otto Certified').click();
  await expect(button(admin.page, 'Disable Otto Certified')).toBeVisible();
  const otto = await signIn(browser, server, { name: 'Otto Certified', email: 'otto-certified@example.org', password: 'a short sentence', role: 'dietician' });
  await otto.context.close();
});
