import type { Page } from '@playwright/test';
import { picture } from './gallery.js';
import { expect, test, type Visitor } from './people.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const open = (page: Page, name: string) => page.getByRole('link', { name }).first().click();

async function write(page: Page, to: string, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await page.getByLabel(`Message to ${to}`).fill(text);
    await page.keyboard.press('Enter');
  }
}

/** The menu of the last message that is in view. */
async function menu(page: Page, own: boolean): Promise<void> {
  await messages(page).getByRole('button', { name: own ? 'Your message: more' : /^Message from .*: more$/ }).last().click();
  await expect(page.getByRole('dialog')).toBeVisible();
}

async function talk(lena: Visitor, mia: Visitor): Promise<void> {
  await open(lena.page, mia.person.name);
  await open(mia.page, lena.person.name);
}

test('what was said is changed, answered, liked and taken back, on both sides', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await talk(lena, mia);
  await write(mia.page, lena.person.name, 'Two carots a day?');
  await menu(mia.page, true);
  await mia.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(mia.page.getByLabel(`Message to ${lena.person.name}`)).toHaveValue('Two carots a day?');
  await write(mia.page, lena.person.name, 'Two carrots a day?');
  await expect(messages(lena.page).getByText('Two carrots a day?')).toBeVisible();
  await expect(messages(lena.page).getByText('edited').last()).toBeVisible();

  await menu(lena.page, false);
  await lena.page.getByRole('button', { name: '👍' }).click();
  await expect(messages(mia.page).getByRole('button', { name: `👍 by ${lena.person.name}` })).toBeVisible();
  await messages(mia.page).getByRole('button', { name: `👍 by ${lena.person.name}` }).click();
  await expect(messages(lena.page).getByRole('button', { name: `👍 by ${lena.person.name}, ` })).toHaveCount(0);
  await expect(messages(lena.page).getByRole('button', { name: '👍 by You' })).toContainText('2');

  await menu(lena.page, false);
  await lena.page.getByRole('button', { name: 'Reply', exact: true }).click();
  await write(lena.page, mia.person.name, 'Three are better.');
  await expect(messages(mia.page).getByRole('button', { name: /^Answer to You: Two carrots/ })).toBeVisible();
  await picture(mia.page, 'changes');

  await menu(mia.page, true);
  await mia.page.getByRole('button', { name: 'Delete for everyone' }).click();
  await mia.page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  for (const page of [mia.page, lena.page]) {
    await expect(messages(page).getByText('This message was deleted').first()).toBeVisible();
    await expect(page.getByText('Two carrots')).toHaveCount(0);
  }
  await mia.page.reload();
  await expect(messages(mia.page).getByText('Three are better.')).toBeVisible();
  await expect(mia.page.getByText('Two carrots')).toHaveCount(0);
});

test('changes wait for the network like messages do', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await talk(lena, mia);
  await write(mia.page, lena.person.name, 'Soup at noon');
  await expect(messages(mia.page).getByRole('img', { name: 'Read' })).toBeAttached();
  await mia.context.setOffline(true);
  await mia.page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(mia.page.getByText('You are offline')).toBeVisible();
  await mia.page.keyboard.press('ArrowUp');
  await write(mia.page, lena.person.name, 'Soup in the evening');
  await expect(messages(mia.page).getByText('Soup in the evening')).toBeVisible();
  await expect(messages(mia.page).getByRole('img', { name: 'Waiting' })).toBeAttached();
  await mia.context.setOffline(false);
  await expect(messages(lena.page).getByText('Soup in the evening')).toBeVisible({ timeout: 30_000 });
  await expect(messages(mia.page).getByRole('img', { name: 'Waiting' })).toHaveCount(0);
});

test('by keyboard alone: the menu of a message', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await talk(lena, mia);
  await write(mia.page, lena.person.name, 'first', 'second');
  await expect(messages(mia.page).getByText('second')).toBeVisible();
  const buttons = messages(mia.page).getByRole('button', { name: 'Your message: more' });
  await buttons.last().focus();
  await mia.page.keyboard.press('ArrowUp');
  await expect(buttons.first()).toBeFocused();
  await mia.page.keyboard.press('Enter');
  await expect(mia.page.getByRole('dialog')).toBeVisible();
  await mia.page.keyboard.press('Escape');
  await expect(buttons.first()).toBeFocused();
  await expect(mia.page.getByLabel(`Message to ${lena.person.name}`)).toBeVisible();
});
