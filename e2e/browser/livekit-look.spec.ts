import type { Browser, Page } from '@playwright/test';
import { Server } from '../server.js';
import { livekit as prepare } from '../servers/livekit.mjs';
import { Desk, type LiveKit } from './desk.js';
import { pictures, glimpses } from './gallery.js';
import { expectSound, expectVideo, watchMedia } from './media.js';
import { expect, test as base } from './people.js';

/** A room on a real LiveKit server, with what our own server says made up, so that every state can be looked at. In German. */
const test = base.extend<object, { livekit: LiveKit }>({
  server: [
    async ({ livekit }, use) => {
      const server = await Server.start(livekit.env);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  livekit: [
    async ({}, use) => {
      const livekit = await prepare();
      await livekit.start();
      await use(livekit);
      await livekit.end();
    },
    { scope: 'worker' },
  ],
});
test.describe.configure({ timeout: 420_000 });
test.use({ actionTimeout: 15_000 });

async function come(browser: Browser, base: string, desk: Desk, memberId: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: base, locale: 'de-DE', permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  await watchMedia(context);
  await desk.serve(context);
  const page = await context.newPage();
  await page.goto(`/join/${memberId}`);
  await page.getByLabel('Ihr Name').fill(desk.members.find((one) => one.memberId === memberId)?.name ?? '');
  await page.getByRole('button', { name: 'Zum Wartezimmer' }).click();
  return page;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });

test('a room from the waiting room to its end', async ({ browser, server, livekit }) => {
  const desk = new Desk(livekit);
  desk.add('Dr. Tomás Oliveira', 'host');
  const names = ['Hannah Weiss', 'Jonas Lindqvist', 'Maximiliane-Charlotte von Hohenstein-Oberndorff zu Lichtenau'];
  for (const name of names) desk.add(name, 'member');
  desk.members[1]!['guest'] = false;
  const patient = await come(browser, server.url(), desk, 'm2');
  await expect(patient.getByText('Sie sind im Wartezimmer')).toBeVisible();
  await expect(patient.getByText('Ihr Mikrofon hört Sie.')).toBeVisible();
  await patient.getByLabel('Eine Zeile an Dr. Tomás Oliveira').fill('Meine Dolmetscherin kommt gleich noch dazu.');
  await button(patient, 'Senden').click();
  desk.members[1]!['answer'] = 'Kein Problem, wir warten auf sie.';
  await expect(patient.getByText('Kein Problem, wir warten auf sie.')).toBeVisible();
  await pictures(patient, 'room-waiting');
  const jonas = await come(browser, server.url(), desk, 'm3');
  await expect(jonas.getByText('Sie sind im Wartezimmer')).toBeVisible();
  await expect.poll(() => desk.members[2]!['test'], { timeout: 20_000 }).toBeTruthy();
  Object.assign(desk.members[2]!, { test: { connection: 'weak', microphone: 'silent', camera: 'ok', rttMs: 700 } });
  const host = await come(browser, server.url(), desk, 'm1');
  await expect(button(host, 'Beginnen')).toBeEnabled();
  await pictures(host, 'room-lobby-host');
  await button(host, 'Beginnen').click();
  await expect(host.getByText('Sonst ist noch niemand da.')).toBeVisible();
  await glimpses(host, 'room-alone');
  await button(host, 'Ansehen').click();
  await glimpses(host, 'room-queue');
  await button(host, 'Alle einlassen').click();
  await expect(tile(host, 'Hannah Weiss')).toBeVisible({ timeout: 20_000 });
  await expect(tile(host, 'Jonas Lindqvist')).toBeVisible({ timeout: 20_000 });
  const max = await come(browser, server.url(), desk, 'm4');
  await expect.poll(() => desk.members[3]!.state).toBe('waiting');
  desk.members[3]!.state = 'admitted';
  desk.version += 1;
  await expect(tile(max, 'Hannah Weiss')).toBeVisible({ timeout: 20_000 });
  for (const page of [host, patient, jonas, max]) {
    await expectVideo(page);
    await expectSound(page);
  }
  await patient.keyboard.press('h');
  await expect(tile(host, 'Hannah Weiss').getByText('Hand gehoben')).toBeAttached();
  await glimpses(host, 'room-people');
  await button(host, 'Schließen').first().click();
  await pictures(host, 'room-grid');
  await button(patient, 'Chat').click();
  await patient.getByLabel('Nachricht an alle').fill('Guten Tag, ich höre Sie gut.');
  await patient.keyboard.press('Enter');
  await expect(button(host, 'Chat, 1 neu')).toBeVisible();
  await button(host, 'Chat, 1 neu').click();
  await glimpses(host, 'room-chat');
  await button(host, 'Schließen').first().click();
  await button(host, 'Mehr').click();
  await glimpses(host, 'room-more');
  await host.getByLabel('Wer spricht').check();
  await host.keyboard.press('Escape');
  await pictures(host, 'room-speaker');
  await patient.keyboard.press('Escape');
  await patient.getByRole('toolbar').getByRole('button', { name: 'Bildschirm teilen' }).first().click();
  await expect(tile(host, 'Bildschirm von Hannah Weiss')).toBeVisible({ timeout: 20_000 });
  await pictures(host, 'room-screen');
  await glimpses(patient, 'room-sharing');
  await livekit.end();
  await expect(host.getByText('Die Verbindung ist unterbrochen.')).toBeVisible({ timeout: 30_000 });
  await glimpses(host, 'room-reconnecting');
  await livekit.start();
  await expect(tile(host, 'Hannah Weiss')).toBeVisible({ timeout: 90_000 });
  await expectVideo(host);
  await host.getByRole('toolbar').getByRole('button', { name: 'Verlassen' }).click();
  await glimpses(host, 'room-leave');
  await button(host, 'Für alle beenden').click();
  await expect(patient.getByText('Die Sprechstunde ist beendet')).toBeVisible({ timeout: 20_000 });
  await glimpses(patient, 'room-ended');
  for (const page of [host, patient, jonas, max]) await page.context().close();
});
