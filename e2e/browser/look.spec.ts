import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { Server } from '../server.js';
import { expectVideo } from './media.js';
import { glimpses, picture, pictures, sizeOf } from './gallery.js';
import { expect, fillSignIn, signIn, test as base, type Visitor } from './people.js';
import { photo } from './pictures.js';

const PASSWORD = 'moodbites-demo';
const LONG_NAME = 'Maximiliane-Charlotte von Hohenstein-Oberndorff zu Lichtenau';
const LONG_TEXT = 'I wrote down what I ate, when, and how I felt after it, as you asked. '.repeat(60).slice(0, 4000).trim();

/** The demo's practice, and pages of its people. */
const test = base.extend<{ as: (first: string, options?: BrowserContextOptions) => Promise<Visitor> }, { demo: Server }>({
  demo: [
    async ({}, use) => {
      const server = await Server.start({}, '--demo');
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  as: async ({ browser, demo }, use) => {
    const visitors: Visitor[] = [];
    await use(async (first, options) => {
      const name = { hannah: 'Hannah Weiss', amira: 'Amira Haddad', jonas: 'Jonas Lindqvist', ines: 'Ines Duarte' }[first] ?? first;
      const person = { name, email: `${first}@demo.example`, password: PASSWORD, role: 'patient' as const };
      const visitor = await signIn(browser, demo, person, options);
      visitors.push(visitor);
      return visitor;
    });
    for (const { context } of visitors) await context.close();
  },
});

/** Four pictures of each state, looked at by axe. */
test.describe.configure({ timeout: 120_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const conversations = (page: Page) => page.getByRole('region', { name: 'Conversations' });

async function anonymous(browser: Browser, demo: Server, path: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.url() });
  const page = await context.newPage();
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return page;
}

/** Opens a conversation wherever the page is; on a phone by way of the list. */
async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Chats' }).first().click();
  await page.getByRole('link', { name }).first().click();
  await expect(page.getByLabel(`Message to ${name}`)).toBeVisible();
}

test('signing in and registering', async ({ browser, demo }) => {
  const page = await anonymous(browser, demo, '/');
  await glimpses(page, 'sign-in');
  await fillSignIn(page, { email: 'hannah@demo.example', password: 'not this one' });
  await expect(page.getByRole('alert')).toBeVisible();
  await pictures(page, 'sign-in-wrong');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(button(page, 'Create account')).toBeVisible();
  await pictures(page, 'register');
  await page.getByText('Dietician', { exact: true }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'diploma.docx', mimeType: 'application/msword', buffer: Buffer.from('PK') });
  await expect(page.getByText('This is neither a picture nor a PDF.')).toBeVisible();
  await glimpses(page, 'register-certificate');
  await page.context().close();
});

test('the list', async ({ as }) => {
  const { page } = await as('hannah');
  await expect(conversations(page).getByText('unread message').first()).toBeAttached();
  await pictures(page, 'list');
  let away = false;
  await page.route('**/api/inbox', async (route) => {
    if (away) return route.abort();
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), conversations: [], contacts: [] } });
  });
  await page.reload();
  await expect(page.getByText('Nobody here yet')).toBeVisible();
  await pictures(page, 'list-empty');
  away = true;
  await page.reload();
  await expect(button(page, 'Try again')).toBeVisible();
  await glimpses(page, 'list-failed');
});

test('a conversation', async ({ as }) => {
  const { page, context } = await as('hannah');
  await open(page, 'Amira Haddad');
  await expect(messages(page).getByText('family wedding')).toBeVisible();
  await pictures(page, 'conversation');
  const composer = page.getByLabel('Message to Amira Haddad');
  await composer.fill('Enjoy it. Three things help:\n\n1. Eat before you go, protein first\n2. One plate of sweets, chosen, sitting down\n3. Dance\n4. A walk in the morning after\n5. No weighing on Sunday');
  await pictures(page, 'composer');
  await composer.fill('');
  await pictures(page, 'conversation-cards', async () => {
    await messages(page).getByText('Steady days, week 1').scrollIntoViewIfNeeded();
    await messages(page).evaluate((element) => element.scrollBy(0, 120));
  });
  await open(page, 'Jonas Lindqvist');
  await context.setOffline(true);
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(page.getByText('You are offline')).toBeVisible();
  await page.getByLabel('Message to Jonas Lindqvist').fill('Hello Jonas, Tomás is away next week. Write to me if anything comes up.');
  await page.keyboard.press('Enter');
  await expect(messages(page).getByRole('img', { name: 'Waiting' })).toBeAttached();
  await pictures(page, 'offline');
});

test('a long name and a long message', async ({ as, demo, browser }) => {
  expect(LONG_NAME).toHaveLength(60);
  const person = { name: LONG_NAME, email: 'long@demo.example', password: 'correct horse battery', role: 'patient' as const };
  const long = await signIn(browser, demo, await demo.add(person));
  await open(long.page, 'Tomás Oliveira');
  await long.page.getByLabel('Message to Tomás Oliveira').fill(LONG_TEXT);
  await long.page.keyboard.press('Enter');
  await expect(messages(long.page).getByRole('img', { name: 'Sent' })).toBeAttached();
  const { page } = await as('tomas');
  await glimpses(page, 'long-name-list');
  await open(page, LONG_NAME);
  await pictures(page, 'long');
  await button(page, `Phone call with ${LONG_NAME}`).click();
  await expect(button(long.page, 'Accept')).toBeVisible();
  await glimpses(page, 'long-outgoing');
  await button(page, 'Cancel').click();
  await long.context.close();
});

test('people and settings', async ({ as, demo }) => {
  const otto = { name: 'Otto Brandt', email: 'otto@demo.example', password: 'correct horse battery', role: 'patient' as const };
  await demo.add(otto);
  await demo.cli('user', 'disable', otto.email);
  const { page } = await as('ines');
  await page.getByRole('link', { name: 'People' }).first().click();
  await expect(page.getByText('Hannah Weiss')).toBeVisible();
  await pictures(page, 'people');
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await pictures(page, 'settings');
  await page.locator('input[type=file]').setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: await photo(page, { width: 900, height: 600, orientation: 1 }) });
  await expect(page.getByAltText('How others will see it')).toBeVisible();
  await glimpses(page, 'settings-picture');
  await button(page, 'Cancel').click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await glimpses(page, 'shortcuts');
});

/** Hannah calls Amira by video. */
async function ring(as: (first: string) => Promise<Visitor>): Promise<{ hannah: Page; amira: Page }> {
  const [hannah, amira] = [(await as('hannah')).page, (await as('amira')).page];
  await open(hannah, 'Amira Haddad');
  await button(hannah, 'Video call with Amira Haddad').click();
  await expect(button(amira, 'Accept')).toBeVisible();
  return { hannah, amira };
}

test('a call that rings, and one that is missed', async ({ as }) => {
  const { hannah, amira } = await ring(as);
  // It rings for 45 s, so each side is looked at in a call of its own.
  await pictures(amira, 'ring');
  await button(hannah, 'Cancel').click();
  await button(amira, 'Close').click();
  await button(hannah, 'Video call with Amira Haddad').click();
  await expect(button(amira, 'Accept')).toBeVisible();
  await pictures(hannah, 'outgoing');
  await button(hannah, 'Cancel').click();
  await button(amira, 'Close').click();
  await open(amira, 'Hannah Weiss');
  await button(amira, 'Phone call with Hannah Weiss').click();
  await expect(button(hannah, 'Accept')).toBeVisible();
  await glimpses(hannah, 'ring-phone');
  await button(amira, 'Cancel').click();
  await expect(messages(hannah).getByText('Missed call').first()).toBeVisible();
  await pictures(hannah, 'missed');
});

test('a call', async ({ as }) => {
  const { hannah, amira } = await ring(as);
  await button(amira, 'Accept').click();
  await expectVideo(hannah);
  await expectVideo(amira);
  await pictures(amira, 'in-call');
  await button(amira, 'More').click();
  await glimpses(amira, 'in-call-devices');
  await button(hannah, 'Leave').click();
  await expect(hannah.getByText('Call ended').first()).toBeVisible();
  await pictures(hannah, 'ended');
});

test('a call without a picture, and beside the conversation', async ({ as }) => {
  const { hannah, amira } = await ring(as);
  await button(amira, 'Accept').click();
  await expectVideo(hannah);
  await button(amira, 'Turn camera off').click();
  await button(amira, 'Mute').click();
  await expect(hannah.getByText('Amira Haddad is muted').first()).toBeVisible();
  await pictures(hannah, 'in-call-no-picture');
  await button(hannah, 'Make small, and go on reading').click();
  await glimpses(hannah, 'floating-no-picture');
  await button(amira, 'Turn camera on').click();
  await expectVideo(hannah);
  await pictures(hannah, 'floating');
  await button(hannah, 'Leave').click();
});

test('in German', async ({ as }) => {
  const { page, context } = await as('amira');
  await context.addInitScript(() => localStorage.setItem('PARAGLIDE_LOCALE', 'de'));
  await page.reload();
  await page.getByRole('link', { name: 'Hannah Weiss' }).first().click();
  await pictures(page, 'de-conversation', async () => expect(page.getByLabel('Nachricht', { exact: false }).first()).toBeVisible());
  await page.getByRole('link', { name: 'Einstellungen' }).first().click();
  await glimpses(page, 'de-settings');
  await page.getByRole('link', { name: 'Chats' }).first().click();
  await page.setViewportSize(sizeOf(390));
  await picture(page, 'de-list-390-light');
});

test('at 200 % text', async ({ as }) => {
  // What a window of 1280 px leaves at a zoom of 200 %.
  const { page } = await as('hannah', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await picture(page, 'zoom-list');
  await open(page, 'Amira Haddad');
  await picture(page, 'zoom-conversation');
  await page.getByLabel('Message to Amira Haddad').fill('One\ntwo\nthree\nfour\nfive\nsix\nseven');
  await picture(page, 'zoom-composer');
  await button(page, 'Video call with Amira Haddad').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toHaveCSS('opacity', '1');
  await expect(dialog.getByRole('button').last()).toBeInViewport({ ratio: 1 });
  await picture(page, 'zoom-call');
});
