import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { pair } from './pair.js';
import { expect, test } from './people.js';
import { photo, PLACE, seen } from './pictures.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const picker = (page: Page) => page.locator('input[type=file]');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const pdf = { name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n') };

async function bytesOf(page: Page, link: Locator): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test('a picture arrives upright, with its words, and without the place where it was taken', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const turned = await photo(mia.page, { width: 400, height: 200, orientation: 6 });
  expect(turned.includes(PLACE)).toBe(true);
  await picker(mia.page).setInputFiles({ name: 'IMG_0042.jpg', mimeType: 'image/jpeg', buffer: turned });
  await mia.page.getByLabel('Caption of IMG_0042.jpg').fill('My lunch');
  await expect(button(mia.page, 'Send 1 file')).toBeEnabled();
  await mia.page.keyboard.press('Enter');
  await expect(messages(mia.page).getByText('My lunch')).toBeVisible();

  const card = messages(lena.page).getByRole('button', { name: `Open the picture from ${mia.person.name}` });
  await card.click();
  await expect(messages(lena.page).getByText('My lunch')).toBeVisible();
  const dialog = lena.page.getByRole('dialog', { name: 'Pictures' });
  await expect(dialog.getByRole('img', { name: 'My lunch' })).toBeVisible();
  const { name, bytes } = await bytesOf(lena.page, dialog.getByRole('link', { name: 'Download' }));
  expect(name).toBe('IMG_0042.jpg');
  for (const trace of [PLACE, 'Exif', 'GPS', 'ns.adobe.com', 'a film']) expect(bytes.includes(trace), trace).toBe(false);
  expect(await seen(lena.page, bytes)).toEqual({ width: 200, height: 400, top: 'red', bottom: 'blue' });
  await lena.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(card).toBeFocused();

  // Upright and of usual size, it is not drawn anew: the picture's own bytes stay.
  const upright = await photo(lena.page, { width: 300, height: 300, orientation: 1 });
  await picker(lena.page).setInputFiles({ name: 'kitchen.jpg', mimeType: 'image/jpeg', buffer: upright });
  await button(lena.page, 'Send 1 file').click();
  await messages(mia.page).getByRole('button', { name: `Open the picture from ${lena.person.name}` }).click();
  await expect(mia.page.getByText('2 of 2')).toBeVisible();
  const back = (await bytesOf(mia.page, mia.page.getByRole('dialog').getByRole('link', { name: 'Download' }))).bytes;
  expect(back.includes(PLACE)).toBe(false);
  expect(back.length).toBeLessThan(upright.length);
  const scan = upright.subarray(upright.indexOf(Buffer.from([0xff, 0xda])), upright.indexOf(Buffer.from([0xff, 0xd9])) + 2);
  expect(back.subarray(-scan.length).equals(scan)).toBe(true);
  await mia.page.keyboard.press('ArrowLeft');
  await expect(mia.page.getByText('1 of 2')).toBeVisible();
});

test('files go by drop and by paste, and arrive as they are', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const give = (event: 'drop' | 'paste') =>
    mia.page.evaluate(
      ([kind, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], kind === 'drop' ? 'report.pdf' : 'notes.txt', { type: kind === 'drop' ? 'application/pdf' : 'text/plain' }));
        const target = document.querySelector('textarea')!;
        if (kind === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        else for (const type of ['dragenter', 'dragover', 'drop']) target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [event, event === 'drop' ? pdf.buffer.toString() : 'two eggs'] as const,
    );
  await give('drop');
  await expect(mia.page.getByRole('dialog', { name: `Send to ${lena.person.name}` }).getByText('report.pdf')).toBeVisible();
  await button(mia.page, 'Send 1 file').click();
  await give('paste');
  await button(mia.page, 'Send 1 file').click();
  const got = await bytesOf(lena.page, messages(lena.page).getByRole('link', { name: 'Download report.pdf' }));
  expect(got.name).toBe('report.pdf');
  expect(got.bytes.equals(pdf.buffer)).toBe(true);
  const notes = await bytesOf(lena.page, messages(lena.page).getByRole('link', { name: 'Download notes.txt' }));
  expect(notes.bytes.toString()).toBe('two eggs');
  await expect(lena.page.getByRole('link', { name: mia.person.name }).first()).toContainText('notes.txt');
});

test('a file that the server refuses says why, and goes when tried again', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  await mia.page.route('**/api/uploads', (route) => route.fulfill({ status: 507, json: { error: 'full', code: 'quota_exceeded' } }));
  await picker(mia.page).setInputFiles(pdf);
  await button(mia.page, 'Send 1 file').click();
  await expect(messages(mia.page).getByRole('alert')).toContainText('Your space for files is full');
  await mia.page.unroute('**/api/uploads');
  await button(mia.page, 'Try again').click();
  await expect(messages(lena.page).getByRole('link', { name: 'Download report.pdf' })).toBeVisible();
});

test('files picked without a network wait through a reload, then go out in order', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const picture = await photo(mia.page, { width: 640, height: 480, orientation: 1 });
  await mia.page.route('**/api/uploads', (route) => route.abort());
  await picker(mia.page).setInputFiles([{ name: 'a.jpg', mimeType: 'image/jpeg', buffer: picture }, pdf]);
  await expect(button(mia.page, 'Send 2 files')).toBeEnabled();
  await button(mia.page, 'Send 2 files').click();
  await expect(messages(mia.page).getByText('report.pdf')).toBeVisible();
  await mia.page.reload();
  await expect(messages(mia.page).getByText('report.pdf')).toBeVisible();
  await expect(messages(mia.page).getByRole('button', { name: 'Open your picture' }).locator('img')).toBeVisible();
  await mia.context.setOffline(true);
  await mia.page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await mia.page.getByLabel(`Message to ${lena.person.name}`).fill('last');
  await mia.page.keyboard.press('Enter');
  await mia.page.unroute('**/api/uploads');
  await mia.context.setOffline(false);
  await expect(messages(lena.page).getByText(/^last/)).toBeVisible({ timeout: 30_000 });
  await expect(messages(lena.page).getByRole('button', { name: /^Open the picture/ })).toHaveCount(1);
  await expect(messages(lena.page).getByRole('link', { name: 'Download report.pdf' })).toHaveCount(1);
  const order = await messages(lena.page).evaluate((list) => {
    const at = (selector: string) => list.querySelector(selector)?.getBoundingClientRect().top ?? NaN;
    return [at('img'), at('a[download]')];
  });
  expect(order[0]).toBeLessThan(order[1] ?? 0);
});
