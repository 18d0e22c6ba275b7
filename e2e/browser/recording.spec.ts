import type { Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { picture } from './gallery.js';
import { expectVideo } from './media.js';
import { expect, test, type Visitor } from './people.js';
import { halves, loudness, probe, withFace } from './tape.js';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const strip = (page: Page, text: string) => page.getByText(text, { exact: true }).first();

async function call(lena: Visitor, mia: Visitor): Promise<void> {
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  await button(lena.page, `Video call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  for (const { page } of [lena, mia]) await expectVideo(page);
}

async function ask(lena: Visitor, mia: Visitor): Promise<void> {
  await button(lena.page, 'More').click();
  await button(lena.page, 'Record this call').click();
  await button(lena.page, `Ask ${mia.person.name}`).click();
  await expect(mia.page.getByRole('alertdialog')).toContainText(`${lena.person.name} asks to record this call`);
}

test.describe.configure({ timeout: 120_000 });

test('a call is recorded with both voices and both pictures, and is gone when one takes their consent back', async ({ visit }, info) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await withFace(lena.page, 440, '#c01818');
  await withFace(mia.page, 1200, '#1830c0');
  await call(lena, mia);

  // Who says no is not recorded.
  await ask(lena, mia);
  await picture(mia.page, 'recording-asked-1280');
  await button(mia.page, 'Don’t record').click();
  await expect(strip(lena.page, `${mia.person.name} does not want this call recorded. Nothing was recorded.`)).toBeVisible();
  await button(lena.page, 'Close').click();

  await ask(lena, mia);
  const sent = lena.page.waitForResponse((answer) => answer.url().endsWith('/chunks/2') && answer.ok());
  await button(mia.page, 'Agree to recording').click();
  for (const { page } of [lena, mia]) await expect(page.locator('[data-recording]')).toHaveText('Recording');
  await picture(lena.page, 'recording-running-1280');
  await sent;
  // Whoever of the two stops it, all of it is kept.
  await button(mia.page, 'Stop recording').click();
  for (const { page } of [lena, mia]) await expect(page.getByText(/^The recording is in your conversation with /).first()).toBeVisible();
  await expect(lena.page.locator('[data-recording]')).toHaveCount(0);
  await button(lena.page, 'Leave').click();
  for (const { page } of [lena, mia]) await button(page, 'Close').last().click();

  await mia.page.getByRole('link', { name: lena.person.name }).first().click();
  const video = mia.page.getByLabel('Messages', { exact: true }).getByLabel('Recorded call', { exact: true });
  await expect(video).toBeVisible();
  const address = await video.getAttribute('src');
  const whole = await mia.page.request.get(address ?? '');
  const file = join(info.outputPath(), 'recording.webm');
  await writeFile(info.outputPath('recording.webm'), await whole.body());
  const { kinds, seconds } = await probe(file);
  expect(kinds).toEqual(['audio', 'video']);
  expect(seconds).toBeGreaterThan(4);
  const [low, high, between] = await Promise.all([440, 1200, 760].map((hertz) => loudness(file, hertz)));
  expect(Math.min(low ?? NaN, high ?? NaN), `440 Hz ${low} dB, 1200 Hz ${high} dB, 760 Hz ${between} dB`).toBeGreaterThan((between ?? NaN) + 15);
  const [left = [], right = []] = await halves(file, seconds / 2);
  expect(left[0], `left ${left}`).toBeGreaterThan(2 * Math.max(left[1] ?? 0, left[2] ?? 0));
  expect(right[2], `right ${right}`).toBeGreaterThan(2 * Math.max(right[0] ?? 0, right[1] ?? 0));

  // It plays where it stands, as long as it is.
  await video.evaluate((element: HTMLVideoElement) => (element.muted = true, element.play()));
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.duration)).toBeCloseTo(seconds, 0);
  await picture(mia.page, 'recording-kept-1280');
  await button(mia.page, `Message from ${lena.person.name}: more`).last().click();
  await button(mia.page, 'Withdraw consent').click();
  await expect(mia.page.getByText('Withdraw consent and delete the recording?')).toBeVisible();
  await picture(mia.page, 'recording-withdraw-1280');
  await button(mia.page, 'Delete').click();
  for (const { page } of [lena, mia]) await expect(page.getByLabel('Recorded call', { exact: true })).toHaveCount(0);
  await expect.poll(async () => (await mia.page.request.get(address ?? '')).status()).toBe(404);
});
