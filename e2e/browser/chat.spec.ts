import type { Page } from '@playwright/test';
import { expect, fillSignIn, test } from './people.js';

const open = (page: Page, name: string) => page.getByRole('link', { name }).first().click();
const messages = (page: Page) => page.getByLabel('Messages', { exact: true });

async function write(page: Page, to: string, text: string): Promise<void> {
  await page.getByLabel(`Message to ${to}`).fill(text);
  await page.keyboard.press('Enter');
}

test('two people write to each other, and see what became of it', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(mia.page, lena.person.name);
  await write(mia.page, lena.person.name, 'Good morning! How much protein should I have?');
  await expect(messages(mia.page).getByText('How much protein')).toBeVisible();
  await expect(messages(mia.page).getByRole('img', { name: 'Delivered' })).toBeAttached();

  const row = lena.page.getByRole('link', { name: mia.person.name }).first();
  await expect(row).toContainText('How much protein');
  await expect(row).toContainText('1 unread message');
  await row.click();
  await expect(messages(lena.page).getByText('How much protein')).toBeVisible();
  await expect(messages(mia.page).getByRole('img', { name: 'Read' })).toBeAttached();

  await write(lena.page, mia.person.name, 'About 80 grams a day.');
  await expect(messages(mia.page).getByText('About 80 grams a day.')).toBeVisible();

  await mia.page.reload();
  await expect(messages(mia.page).getByText('How much protein')).toHaveCount(1);
  await expect(messages(mia.page).getByText('About 80 grams a day.')).toHaveCount(1);
});

test('what is written without a network goes out once when it is back, in order', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(lena.page, mia.person.name);
  await open(mia.page, lena.person.name);
  await mia.context.setOffline(true);
  await mia.page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(mia.page.getByText('You are offline')).toBeVisible();
  for (const text of ['first', 'second', 'third']) await write(mia.page, lena.person.name, text);
  await expect(messages(mia.page).getByRole('img', { name: 'Waiting' }).first()).toBeAttached();
  await write(lena.page, mia.person.name, 'meanwhile');
  await mia.context.setOffline(false);
  for (const page of [mia.page, lena.page]) {
    for (const text of ['first', 'second', 'third', 'meanwhile']) {
      await expect(messages(page).getByText(new RegExp(`^${text}`))).toHaveCount(1, { timeout: 30_000 });
    }
  }
  const said = await messages(lena.page).innerText();
  expect(said.indexOf('first')).toBeLessThan(said.indexOf('second'));
  expect(said.indexOf('second')).toBeLessThan(said.indexOf('third'));
});

test('a draft stays where it was begun', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(mia.page, lena.person.name);
  await mia.page.getByLabel(`Message to ${lena.person.name}`).fill('I wanted to ask');
  await mia.page.reload();
  await expect(mia.page.getByLabel(`Message to ${lena.person.name}`)).toHaveValue('I wanted to ask');
});

test('the other is seen writing', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(lena.page, mia.person.name);
  await open(mia.page, lena.person.name);
  await mia.page.getByLabel(`Message to ${lena.person.name}`).pressSequentially('Hm');
  await expect(lena.page.getByText('Writing…').first()).toBeVisible();
});

test('a patient sees no other patient, and a wrong password says so', async ({ visit, person, browser, server }) => {
  const mia = await visit('Mia Jones', 'patient');
  const other = await person('Noah Weber', 'patient');
  await mia.page.reload();
  await expect(mia.page.getByRole('navigation').first()).toBeVisible();
  await expect(mia.page.getByText(other.name)).toHaveCount(0);

  const context = await browser.newContext({ baseURL: server.url() });
  const page = await context.newPage();
  await page.goto('/');
  await fillSignIn(page, { email: other.email, password: 'not the password' });
  await expect(page.getByRole('alert')).toContainText("E-mail and password don’t match");
  await context.close();
});

test('somebody new registers and writes at once', async ({ visit, browser, server }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const context = await browser.newContext({ baseURL: server.url() });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Ada Newcomer');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password', { exact: true }).fill('a short sentence');
  await page.getByRole('button', { name: 'Create account' }).click();
  await open(page, lena.person.name);
  await write(page, lena.person.name, 'Hello, I am new here.');
  await expect(lena.page.getByRole('link', { name: 'Ada Newcomer' }).first()).toContainText('I am new here');
  await context.close();
});

test('an admin approves a dietician, and disabling ends what is open', async ({ visit, browser, server }) => {
  const admin = await visit('Ruth Admin', 'admin');
  const context = await browser.newContext({ baseURL: server.url() });
  const page = await context.newPage();
  await page.goto('/register');
  await page.getByText('Dietician', { exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill('Otto Waiting');
  await page.getByLabel('E-mail').fill('otto@example.org');
  await page.getByLabel('Password', { exact: true }).fill('a short sentence');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('Waiting for approval')).toBeVisible();

  await admin.page.getByRole('link', { name: 'People' }).first().click();
  await admin.page.getByRole('button', { name: 'Approve Otto Waiting' }).click();
  await expect(admin.page.getByRole('button', { name: 'Disable Otto Waiting' })).toBeVisible();
  await page.goto('/');
  await fillSignIn(page, { email: 'otto@example.org', password: 'a short sentence' });
  await expect(page.getByRole('navigation').first()).toBeVisible();

  await server.cli('user', 'disable', 'otto@example.org');
  await expect(page.getByText(/session has ended/i).first()).toBeVisible({ timeout: 10_000 });
  await context.close();
});

test('a server that is killed while somebody types, and comes back, loses nothing', async ({ visit, server }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(lena.page, mia.person.name);
  await open(mia.page, lena.person.name);
  await write(mia.page, lena.person.name, 'before');
  await expect(messages(mia.page).getByRole('img', { name: 'Read' })).toBeAttached();
  const field = mia.page.getByLabel(`Message to ${lena.person.name}`);
  await field.pressSequentially('while it ');
  await server.kill('SIGKILL');
  await field.pressSequentially('was away');
  await expect(mia.page.getByText('No connection to your practice')).toBeVisible();
  await expect(field).toHaveValue('while it was away');
  await expect(field).toBeFocused();
  await mia.page.keyboard.press('Enter');
  await expect(messages(mia.page).getByRole('img', { name: 'Waiting' })).toBeAttached();
  await server.boot();
  await expect(messages(lena.page).getByText('while it was away')).toHaveCount(1, { timeout: 30_000 });
  await expect(messages(mia.page).getByRole('img', { name: 'Waiting' })).toHaveCount(0);
  await expect(messages(lena.page).getByText(/^before/)).toHaveCount(1);
});
