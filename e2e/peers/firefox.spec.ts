// Our web app in Chromium and in Firefox, in one call: who makes the first offer makes a difference, so each calls the other.
import type { Page } from '@playwright/test';
import { expectPicture, expectScreen, expectSound, expectVideo } from '../browser/media.js';
import { expect, test, type Visitor } from '../browser/people.js';
import { Firefox, missing, signIn } from './firefox.js';

const why = await missing();
if (why) console.error(`${why}: SKIPPED, not passed`);
test.skip(why !== undefined, why ?? '');

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const panel = (page: Page) => page.getByRole('region', { name: 'In this call' });

let firefox: Firefox;
test.beforeAll(async () => {
  if (!why) firefox = await Firefox.launch();
});
test.afterAll(() => firefox?.close());

async function openPanel(page: Page): Promise<void> {
  if (!(await panel(page).isVisible())) await button(page, /^Write or send files/).click();
  await expect(panel(page)).toBeVisible();
}

async function words(from: Visitor, to: Visitor, text: string): Promise<void> {
  for (const { page } of [from, to]) await openPanel(page);
  const field = from.page.getByLabel(`Write to ${to.person.name} in this call`);
  await field.pressSequentially(text);
  await field.press('Enter');
  await expect(panel(to.page).getByText(text)).toBeVisible();
  await expect(panel(from.page).getByText(/Arrived$/).last()).toBeVisible();
}

async function file(from: Visitor, to: Visitor, name: string): Promise<void> {
  await panel(from.page).locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.alloc(300_000, name) });
  await panel(to.page).getByRole('button', { name: 'Accept' }).click();
  await expect(panel(to.page).getByText('Arrived whole, saved as a download').last()).toBeVisible();
  await expect(panel(from.page).getByText(`${to.person.name} has it whole`).last()).toBeVisible();
}

async function screen(from: Visitor, to: Visitor): Promise<void> {
  await from.page.mouse.move(300, 300);
  await button(from.page, 'Share your screen').click();
  await expectScreen(to.page, from.person.name);
  for (const { page } of [from, to]) await Promise.all([expectVideo(page), expectSound(page)]);
  await from.page.mouse.move(320, 320);
  await button(from.page, 'Stop sharing your screen').first().click();
  await expect(to.page.getByLabel(`${from.person.name}'s screen`, { exact: true })).toBeHidden();
}

async function bothWays(caller: Visitor, callee: Visitor, asks: boolean): Promise<void> {
  const both = [caller, callee];
  await caller.page.getByRole('link', { name: callee.person.name }).first().click();
  await button(caller.page, `Video call with ${callee.person.name}`).click();
  // Shown before a first call where the browser hasn't been asked for camera and microphone yet.
  if (asks) await button(caller.page, 'Call now').click();
  await button(callee.page, 'Accept').click();
  for (const { page } of both) {
    await expectVideo(page);
    await expectSound(page);
    await expectPicture(page);
  }
  await screen(caller, callee);
  await screen(callee, caller);
  await words(caller, callee, 'Good morning from who called');
  await words(callee, caller, 'Good morning to you too');
  await file(caller, callee, 'plan.txt');
  await file(callee, caller, 'diary.txt');
  for (const { page } of both) await Promise.all([expectVideo(page), expectSound(page)]);
  await callee.page.mouse.move(340, 340);
  await button(callee.page, 'Leave').click();
  for (const { page } of both) await expect(page.getByText('Call ended').first()).toBeVisible();
}

for (const direction of ['Chromium calls Firefox', 'Firefox calls Chromium'] as const) {
  test(direction, async ({ visit, person, server }) => {
    const lena = await visit('Lena Brandt', 'dietician');
    const mia = await signIn(firefox.browser, server, await person('Mia Jones', 'patient'));
    await lena.page.reload();
    await (direction === 'Chromium calls Firefox' ? bothWays(lena, mia, false) : bothWays(mia, lena, true));
    await mia.context.close();
  });
}
