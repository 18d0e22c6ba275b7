import type { Page } from '@playwright/test';
import { Server } from '../server.js';
import { pictures } from './gallery.js';
import { expect, signIn, test as base, type Visitor } from './people.js';
import { writer } from './writer.js';

/** Most of it is not loaded when the page opens: the server has to find it. */
const FILLER = 120;

interface Practice {
  server: Server;
  lena: Visitor['person'];
}

/** A dietician to whom two patients have written. */
const test = base.extend<{ lena: Visitor }, { practice: Practice }>({
  practice: [
    async ({}, use) => {
      const server = await Server.start({ MOODBITES_LIMITS: 'off' });
      const add = (name: string, role: 'patient' | 'dietician') =>
        server.add({ name, role, email: `${name.split(' ')[0]}@example.org`.toLowerCase(), password: 'correct horse battery' });
      const lena = await add('Lena Brandt', 'dietician');
      const said = {
        'Mia Jones': ['Zum Frühstück gab es Müsli mit Äpfeln', ...Array.from({ length: FILLER }, (_, n) => `A quiet day, number ${n}`), 'Again Müsli, this time with pears'],
        'Paul Weber': ['My café has musli too', 'Thank you!'],
      };
      for (const [name, texts] of Object.entries(said)) {
        const { email, password } = await add(name, 'patient');
        const from = await writer(server, email, password);
        const to = await from.contact(lena.name);
        for (const [n, text] of texts.entries()) await from.send(to, text, `said-${n}`);
        from.close();
      }
      await use({ server, lena });
      await server.stop();
    },
    { scope: 'worker' },
  ],
  lena: async ({ browser, practice }, use) => {
    const lena = await signIn(browser, practice.server, practice.lena);
    await use(lena);
    await lena.context.close();
  },
});

test.describe.configure({ timeout: 120_000 });

const bubble = (page: Page, text: string) => page.getByRole('region', { name: 'Messages', exact: true }).getByText(text);
const everywhere = (page: Page) => page.getByRole('searchbox', { name: 'Search people and messages' });
const found = (page: Page) => page.getByRole('region', { name: 'Messages found' }).getByRole('link');
const bar = (page: Page) => page.getByRole('search', { name: 'Search this conversation with Mia Jones' });

test('in one conversation: what was written long ago comes into view, by words with and without accents', async ({ lena: { page } }) => {
  await page.getByRole('link', { name: 'Mia Jones' }).first().click();
  await expect(page.getByLabel('Message to Mia Jones')).toBeVisible();
  await page.keyboard.press('Control+f');
  const field = bar(page).getByRole('searchbox');
  await expect(field).toBeFocused();
  await field.fill('musli');
  await expect(bar(page).getByRole('status')).toHaveText('1 of 2');
  await expect(bubble(page, 'Again Müsli, this time with pears')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(bar(page).getByRole('status')).toHaveText('2 of 2');
  await expect(bubble(page, 'Zum Frühstück gab es Müsli mit Äpfeln')).toBeInViewport();
  await pictures(page, 'search-one', async () => expect(bubble(page, 'Zum Frühstück gab es Müsli mit Äpfeln')).toBeInViewport());
  await field.fill('FRÜHSTUCK apf');
  await expect(bar(page).getByRole('status')).toHaveText('1 of 1');
  await field.fill('musli café');
  await expect(bar(page).getByRole('status')).toHaveText('No message fits');
  await page.keyboard.press('Escape');
  await expect(bar(page)).toHaveCount(0);
});

test('over all: the newest first, from whoever wrote it, and each leads to its place', async ({ lena: { page } }) => {
  await everywhere(page).fill('müsli');
  await expect(found(page)).toHaveCount(3);
  const texts = ['My café has musli too', 'Again Müsli, this time with pears', 'Zum Frühstück gab es Müsli mit Äpfeln'];
  for (const [index, text] of texts.entries()) await expect(found(page).nth(index)).toContainText(text);
  await pictures(page, 'search-all', async () => expect(found(page).first()).toBeVisible());
  await found(page).nth(2).click();
  await expect(bubble(page, 'Zum Frühstück gab es Müsli mit Äpfeln')).toBeInViewport();
  await expect(page.getByLabel('Message to Mia Jones')).toBeVisible();
});

test('nothing found is said, and no longer once the search is emptied', async ({ lena: { page } }) => {
  await everywhere(page).fill('zucchini');
  await expect(page.getByRole('region', { name: 'Messages found' }).getByRole('status')).toHaveText('No message fits');
  await pictures(page, 'search-none', async () => expect(page.getByText('No message fits')).toBeVisible());
  await everywhere(page).fill('');
  await expect(page.getByText('No message fits')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Mia Jones' }).first()).toBeVisible();
});

test('what is edited is found by its new words alone', async ({ lena: { page } }) => {
  await page.getByRole('link', { name: 'Paul Weber' }).first().click();
  const composer = page.getByLabel('Message to Paul Weber');
  const finds = (words: string, count: number) =>
    expect(async () => {
      await everywhere(page).fill('');
      await everywhere(page).fill(words);
      await expect(page.getByRole('region', { name: 'Messages found' }).getByRole('status')).toHaveText(count ? '' : 'No message fits', { timeout: 2_000 });
      await expect(found(page)).toHaveCount(count, { timeout: 2_000 });
    }).toPass();
  await composer.fill('Try rhubarb');
  await page.keyboard.press('Enter');
  await finds('rhubarb', 1);
  await composer.focus();
  await page.keyboard.press('ArrowUp');
  await expect(composer).toHaveValue('Try rhubarb');
  await composer.fill('Try asparagus');
  await page.keyboard.press('Enter');
  await finds('asparagus', 1);
  await finds('rhubarb', 0);
});
