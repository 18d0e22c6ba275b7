import type { Page } from '@playwright/test';
import { glimpses, pictures } from './gallery.js';
import { expect, test } from './people.js';

/** What is written and sent in a call, looked at by axe: the pictures are in e2e/artifacts/look. */
test.describe.configure({ timeout: 120_000 });

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

test('words and files in a call', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const { page, person, context } = await visit('Mia Jones', 'patient');
  await lena.page.getByRole('link', { name: person.name }).first().click();
  await button(lena.page, `Video call with ${person.name}`).click();
  await button(page, 'Accept').click();
  await expect(button(page, 'Write or send files')).toBeVisible();

  await button(lena.page, 'Write or send files').click();
  const words = lena.page.getByLabel(`Write to ${person.name} in this call`);
  await words.fill('Have you got the plan from last week at hand? I’d like to go through the breakfasts with you.');
  await words.press('Enter');
  await expect(page.getByText('Have you got the plan', { exact: false }).first()).toBeVisible();
  await glimpses(page, 'call-word-unseen');
  await lena.page.getByRole('region', { name: 'In this call' }).locator('input[type=file]').setInputFiles([
    { name: 'Breakfasts, week 12.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(900_000, 'x') },
    { name: 'a-very-long-name-of-a-spreadsheet-that-somebody-exported-from-somewhere-in-2026.xlsm', mimeType: '', buffer: Buffer.alloc(90_000) },
  ]);
  await expect(page.getByText('would like to send you', { exact: false }).first()).toBeVisible();
  await glimpses(page, 'call-file-offered');
  await page.setViewportSize({ width: 1280, height: 800 });
  await button(page, /^Write or send files/).click();
  await page.getByLabel(`Write to ${lena.person.name} in this call`).fill('Yes, one moment.');
  await page.keyboard.press('Enter');
  await button(page, 'Accept').first().click();
  await expect(page.getByText('Arrived whole', { exact: false }).first()).toBeVisible();
  await pictures(page, 'call-beside');
  await context.addInitScript(() => localStorage.setItem('PARAGLIDE_LOCALE', 'de'));
  await page.reload();
  await button(page, /^Schreiben oder Dateien senden/).click({ timeout: 20_000 });
  await expect(page.getByText('beim Öffnen Ihr Gerät', { exact: false }).first()).toBeVisible();
  await glimpses(page, 'de-call-beside');
  await button(lena.page, 'Leave').click();
});
