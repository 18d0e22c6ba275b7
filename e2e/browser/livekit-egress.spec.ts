import type { Page } from '@playwright/test';
import { Server } from '../server.js';
import { egress as prepare } from '../servers/egress.mjs';
import { glimpses } from './gallery.js';
import { openRoom, test as base, webhookOf } from './livekit.js';
import { expect } from './people.js';

base.describe.configure({ timeout: 240_000 });
base.use({ actionTimeout: 15_000 });

/** A practice whose LiveKit server records. */
const test = base.extend<object, { egress: Awaited<ReturnType<typeof prepare>> }>({
  egress: [
    async ({}, use) => {
      const egress = await prepare();
      await use(egress);
      await egress.end();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ livekit, egress }, use) => {
      const server = await Server.start({ ...livekit.env, ...egress.env });
      await livekit.start(webhookOf(server), egress.livekit);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('the media server records a room: it begins, fails, is done by the browser instead, and can be played', async ({ server, egress, visit }) => {
  const maya = await visit('Maya Lindqvist', 'dietician');
  const hannah = await visit('Hannah Sommer', 'patient');
  const [host, patient] = [maya.page, hannah.page];
  const room = await openRoom(server, maya, [hannah]);
  for (const [page, name] of [[host, 'Start'], [patient, 'Join']] as const) {
    await page.getByRole('link', { name: /Consultations/ }).click();
    await button(page, 'Join').click();
    await expect(page).toHaveURL(new RegExp(room));
    await button(page, name).click();
    await expect(page.getByRole('figure', { name: 'You', exact: true })).toBeVisible({ timeout: 30_000 });
  }
  const agree = async () => {
    await button(patient, 'Agree to recording').click();
    await expect(patient.getByRole('alertdialog')).not.toBeAttached();
  };
  const ask = async () => {
    await button(host, 'More').click();
    await button(host, 'Record this consultation').click();
    await button(host, 'Ask everybody').click();
    await agree();
  };

  // It is slow to begin, and nobody is told that they are recorded before they are.
  egress.next('stalls');
  await ask();
  for (const page of [host, patient]) {
    await expect(page.getByText('Recording is starting', { exact: true })).toBeVisible();
    await expect(page.locator('[data-recording]')).not.toBeAttached();
  }
  await glimpses(host, 'room-egress-starting');
  await button(host, 'Stop recording').click();
  await expect(host.getByText('The recording ended before anything was saved.')).toBeVisible({ timeout: 20_000 });

  // It breaks off, and the host's browser may do it.
  egress.next('fails');
  await ask();
  // Whether it had begun by then is as its two words about it came.
  await expect(patient.getByText(/The recording (broke off. Nothing of it is kept|could not start. Nothing was recorded)./)).toBeVisible();
  await expect(button(patient, 'Record in this browser instead')).not.toBeAttached();
  await glimpses(host, 'room-egress-failed');
  await button(host, 'Record in this browser instead').click();
  await agree();
  await expect(patient.locator('[data-recording]')).toBeVisible();
  await button(host, 'Stop recording').click();
  await expect(host.getByText('The recording is kept with this consultation.')).toBeVisible({ timeout: 20_000 });

  // It works, and the host's page is loaded again meanwhile.
  egress.next('works');
  await ask();
  for (const page of [host, patient]) await expect(page.locator('[data-recording]')).toBeVisible();
  await host.reload();
  await expect(patient.locator('[data-recording]')).toBeVisible();
  await button(patient, 'Stop recording').click();
  await expect(patient.getByText('The recording is kept with this consultation.')).toBeVisible({ timeout: 20_000 });
  await button(host, 'Start').click();
  await host.getByRole('toolbar').getByRole('button', { name: 'Leave' }).click();
  await button(host, 'End for everyone').click();
  await button(patient, 'All consultations').click();
  await expect(button(patient, 'Play')).toHaveCount(2);
  await button(patient, 'Play').last().click();
  const film = patient.locator('video');
  await expect.poll(() => film.evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight, video.currentTime > 0.5])).toEqual([640, 360, true]);
  await glimpses(patient, 'room-egress-past');
});
