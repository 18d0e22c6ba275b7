import type { Page } from '@playwright/test';
import { pair } from './pair.js';
import { expect, test } from './people.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const mic = (page: Page) => button(page, 'Record a voice note');
const timer = (page: Page) => page.getByRole('timer');

test('held it is put away by sliding, and locked by sliding up', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const { page } = mia;
  const press = async () => {
    const box = (await mic(page).boundingBox())!;
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await expect(timer(page)).toHaveText(/^0:(0[1-9]|1\d)$/);
    return at;
  };
  let at = await press();
  await page.mouse.move(at.x - 120, at.y, { steps: 5 });
  await expect(page.getByLabel(`Message to ${lena.person.name}`)).toBeVisible();
  await page.mouse.up();
  at = await press();
  await page.mouse.move(at.x, at.y - 90, { steps: 5 });
  await page.mouse.up();
  await expect(button(page, 'Stop and listen')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel(`Message to ${lena.person.name}`)).toBeVisible();
  await expect(messages(page)).toHaveCount(0);
});

test('what was recorded when a call came in is kept', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  await mic(mia.page).press('Enter');
  await expect(timer(mia.page)).toHaveText(/^0:(0[1-9]|1\d)$/);
  await button(lena.page, `Phone call with ${mia.person.name}`).click();
  await expect(mia.page.getByText('Stopped for the call. What you said is kept here.')).toBeVisible();
  await button(lena.page, 'Cancel').click();
  await button(mia.page, 'Close').click();
  await button(mia.page, 'Delete the recording').click();
  await expect(mia.page.getByLabel(`Message to ${lena.person.name}`)).toBeVisible();
});

for (const [name, words] of [['NotAllowedError', 'Your browser does not let MoodBites use the microphone.'], ['NotFoundError', 'No microphone was found.']] as const) {
  test(`without a microphone it says why: ${name}`, async ({ visit }) => {
    const { mia } = await pair(visit);
    await mia.page.evaluate((error) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', error));
    }, name);
    await mic(mia.page).click();
    await expect(mia.page.getByRole('alert').filter({ hasText: words })).toBeVisible();
  });
}
