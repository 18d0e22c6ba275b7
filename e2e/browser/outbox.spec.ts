import type { Page } from '@playwright/test';
import { expect, fillSignIn, test, type Visitor } from './people.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const open = (page: Page, name: string) => page.getByRole('link', { name }).first().click();
const mark = (page: Page, name: string) => messages(page).getByRole('img', { name });

async function write(page: Page, to: string, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await page.getByLabel(`Message to ${to}`).fill(text);
    await page.keyboard.press('Enter');
  }
}

/** The page comes, what it talks to does not: as behind a hotel's sign-in page. */
async function cut({ context }: Visitor): Promise<void> {
  await context.route('**/socket.io/**', (route) => route.abort());
  await context.routeWebSocket('**/socket.io/**', (socket) => socket.close());
}

async function mend({ context }: Visitor): Promise<void> {
  await context.unroute('**/socket.io/**');
  await context.routeWebSocket('**/socket.io/**', (socket) => void socket.connectToServer());
}

async function expectOnce(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts) await expect(messages(page).getByText(new RegExp(`^${text}`))).toHaveCount(1, { timeout: 30_000 });
  const said = await messages(page).innerText();
  expect(texts.map((text) => said.indexOf(text))).toEqual(texts.map((text) => said.indexOf(text)).sort((a, b) => a - b));
}

test('what is unsent survives a reload and a closed tab, and goes out once, in order', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(lena.page, mia.person.name);
  await cut(mia);
  await mia.page.reload();
  await open(mia.page, lena.person.name);
  await write(mia.page, lena.person.name, 'one apple', 'two pears');
  await expect(mark(mia.page, 'Waiting')).toHaveCount(2);
  let asked = false;
  mia.page.on('dialog', (dialog) => {
    asked = true;
    void dialog.accept();
  });
  await mia.page.reload();
  await expect(mark(mia.page, 'Waiting')).toHaveCount(2);
  await write(mia.page, lena.person.name, 'three plums');
  await expect(mark(mia.page, 'Waiting')).toHaveCount(3);
  await mia.page.close({ runBeforeUnload: false });
  expect(asked).toBe(false);

  await mend(mia);
  const again = await mia.context.newPage();
  await again.goto('/');
  await expectOnce(lena.page, 'one apple', 'two pears', 'three plums');
  await open(again, lena.person.name);
  await expectOnce(again, 'one apple', 'two pears', 'three plums');
  await expect(mark(again, 'Waiting')).toHaveCount(0);
});

test('two tabs show the same and send once, and one goes on for the other', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(lena.page, mia.person.name);
  await open(mia.page, lena.person.name);
  const second = await mia.context.newPage();
  await second.goto(mia.page.url());
  await expect(second.getByLabel(`Message to ${lena.person.name}`)).toBeVisible();
  await write(second, lena.person.name, 'from the second tab');
  await write(mia.page, lena.person.name, 'from the first tab');
  for (const page of [lena.page, mia.page, second]) await expectOnce(page, 'from the second tab', 'from the first tab');

  await mia.context.setOffline(true);
  await mia.page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await write(second, lena.person.name, 'and one more');
  await expect(messages(mia.page).getByText('and one more')).toHaveCount(1);
  await second.close();
  await mia.context.setOffline(false);
  for (const page of [lena.page, mia.page]) await expectOnce(page, 'from the second tab', 'from the first tab', 'and one more');
});

test('signing out asks before it deletes what is unsent, and nobody else gets to see it', async ({ visit, person }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  const ben = await person('Ben Carter', 'patient');
  await cut(mia);
  await mia.page.reload();
  await open(mia.page, lena.person.name);
  await write(mia.page, lena.person.name, 'nobody else may read this');
  await mia.page.getByRole('link', { name: 'Settings' }).first().click();
  await mia.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(mia.page.getByText('1 message is not sent yet')).toBeVisible();
  await mia.page.getByRole('button', { name: 'Stay signed in' }).click();
  await open(mia.page, 'Chats');
  await expect(mia.page.getByText('nobody else may read this').first()).toBeVisible();

  await mia.page.getByRole('link', { name: 'Settings' }).first().click();
  await mia.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await mia.page.getByRole('button', { name: 'Sign out and delete them' }).click();
  await expect(mia.page.getByLabel('E-mail')).toBeVisible();
  await mend(mia);
  const databases = () => mia.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await expect.poll(databases).toEqual([]);
  await fillSignIn(mia.page, ben);
  await open(mia.page, 'Chats');
  await open(mia.page, lena.person.name);
  await expect(mia.page.getByText('nobody else may read this')).toHaveCount(0);
  await expect(lena.page.getByText('nobody else may read this')).toHaveCount(0);
});

test('a server that is killed while people write stores each message once', async ({ visit, server }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await open(lena.page, mia.person.name);
  await open(mia.page, lena.person.name);
  const texts = Array.from({ length: 12 }, (_, at) => `line ${String(at).padStart(2, '0')}`);
  await write(mia.page, lena.person.name, ...texts.slice(0, 4));
  await server.kill('SIGKILL');
  await write(mia.page, lena.person.name, ...texts.slice(4, 8));
  await mia.page.reload().catch(() => undefined);
  await server.boot();
  // The browser's own page of what went wrong may still be on its way.
  await expect(() => mia.page.goto(`${server.url()}/`)).toPass();
  await open(mia.page, lena.person.name);
  await write(mia.page, lena.person.name, ...texts.slice(8));
  for (const page of [lena.page, mia.page]) await expectOnce(page, ...texts);
});
