import type { Page } from '@playwright/test';
import { livekit as prepare } from '../servers/livekit.mjs';
import { Server } from '../server.js';
import { openRoom, post, test, webhookOf } from './livekit.js';
import { expectNoVideo, expectSound, expectVideo, watchMedia } from './media.js';
import { expect, signIn } from './people.js';

/** Who may come into a room as what, and what is said to those who may not. */
test.describe.configure({ timeout: 180_000 });
test.use({ actionTimeout: 20_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });
const inRoom = (page: Page) => expect(tile(page, 'You')).toBeVisible({ timeout: 30_000 });

test('one person at two places, a co-host, a locked door, an observer, and who signs out', async ({ browser, server, visit }) => {
  const tomas = await visit('Tomás Oliveira', 'dietician');
  const hannah = await visit('Hannah Weiss', 'patient');
  const jonas = await visit('Jonas Lindqvist', 'patient');
  const [host, page] = [tomas.page, hannah.page];
  const room = await openRoom(server, tomas);
  await host.goto(room);
  await button(host, 'Start').click();
  await inRoom(host);
  await page.goto(room);
  await expect(page.getByText('You are in the waiting room')).toBeVisible();
  await button(host, 'Show').click();
  await button(host, `Admit ${hannah.person.name}`).click();
  await inRoom(page);

  // Her other tab takes over, the first says so, and takes it back.
  const other = await hannah.context.newPage();
  await other.goto(room);
  await button(other, 'Join').click();
  await inRoom(other);
  await expect(page.getByText('You joined on another device')).toBeVisible({ timeout: 20_000 });
  await expect(host.getByRole('figure')).toHaveCount(2);
  await button(page, 'Try again').click();
  await inRoom(page);
  await expect(other.getByText('You joined on another device')).toBeVisible({ timeout: 20_000 });
  await other.close();
  await expectVideo(host);

  // She lets others in, once she is a co-host; and does so no more than a host.
  await button(host, `More about ${hannah.person.name}`).click();
  await button(host, 'Make co-host').click();
  await jonas.page.goto(room);
  await expect(jonas.page.getByText('You are in the waiting room')).toBeVisible();
  await button(page, 'Show').click();
  await button(page, `Admit ${jonas.person.name}`).click();
  await inRoom(jonas.page);
  await button(page, `Mute ${jonas.person.name}`).click();
  await expect(jonas.page.getByText('A host has muted you.')).toBeVisible();
  await expect(button(page, `More about ${tomas.person.name}`)).toHaveCount(0);
  await button(page, 'Close').click();
  await expect(button(page, 'End for everyone')).toHaveCount(0);

  // An observer sees and hears, and is neither seen nor heard.
  await button(host, 'Invite a guest').click();
  await host.getByLabel('Watches and listens').check();
  await button(host, 'Make a link').click();
  const link = new URL(await host.getByLabel('Link for one guest').inputValue());
  await host.keyboard.press('Escape');
  const context = await browser.newContext({ baseURL: server.url() });
  await watchMedia(context);
  const observer = await context.newPage();
  await observer.goto(link.pathname);
  await observer.getByLabel('Your name').fill('Ana, student');
  await button(observer, 'To the waiting room').click();
  await expect(observer.getByText('You see and hear the others.')).toBeVisible();
  await button(host, 'Admit Ana, student').click();
  await expect(tile(observer, hannah.person.name)).toBeVisible({ timeout: 30_000 });
  await expectVideo(observer);
  await expectSound(observer);
  for (const name of ['Mute', 'Turn camera off', 'Turn camera on', 'Share your screen', 'Raise your hand']) await expect(button(observer, name)).toHaveCount(0);
  await expect(host.getByRole('list', { name: 'In the room' }).getByText('Watches and listens')).toBeVisible();
  await context.close();

  // Nobody new comes to a locked room, and is told so; when it is open again they wait.
  await button(host, 'Close').click();
  await button(host, 'More').click();
  await host.getByLabel(/Lock the room/).click();
  await expect(host.getByText('Locked', { exact: true })).toBeVisible();
  const ida = (await visit('Ida Berg', 'patient')).page;
  await ida.goto(room);
  await expect(ida.getByText('The room is locked. Ask your dietician to let you in, then try again.')).toBeVisible();
  await host.getByLabel(/Lock the room/).click();
  await expect(host.getByText('Locked', { exact: true })).toHaveCount(0);
  await host.keyboard.press('Escape');
  await button(ida, 'Try again').click();
  await expect(ida.getByText('You are in the waiting room')).toBeVisible();

  // Who signs out is in no room any more, wherever they read.
  await button(jonas.page, 'Make small, and go on reading').click();
  await expect(jonas.page.getByRole('region', { name: `Consultation with ${tomas.person.name}` })).toBeVisible();
  await jonas.page.getByRole('link', { name: 'Settings' }).first().click();
  await button(jonas.page, 'Sign out').click();
  await expect(jonas.page.getByLabel('E-mail')).toBeVisible();
  await expect(tile(host, jonas.person.name)).toHaveCount(0, { timeout: 20_000 });
  await expectNoVideo(jonas.page);
});

test('without a LiveKit server, and with one that is away', async ({ browser, server, livekit, visit, person }) => {
  const tomas = await visit('Tomás Oliveira', 'dietician');
  const host = tomas.page;
  const room = await openRoom(server, tomas);
  await livekit.end();
  await host.goto(room);
  await button(host, 'Start').click();
  await expect(host.getByText('The server for consultations can’t be reached')).toBeVisible({ timeout: 20_000 });
  await livekit.start(webhookOf(server), { room: { max_participants: 1 } });
  await button(host, 'Try again').click();
  await inRoom(host);

  // It takes no second, and says nothing of that itself.
  const { page, person: patient } = await visit('Hannah Weiss', 'patient');
  await page.goto(room);
  await button(host, 'Show').click();
  await button(host, `Admit ${patient.name}`).click();
  await expect(page.getByText('The room is full')).toBeVisible({ timeout: 20_000 });
  await host.getByRole('toolbar').getByRole('button', { name: 'Leave' }).click();
  await host.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click();
  await button(page, 'Try again').click();
  await inRoom(page);
  await page.close();
  await livekit.end();
  await livekit.start(webhookOf(server));

  const without = await Server.start();
  for (const [role, text] of [['dietician', 'Consultations need a LiveKit server'], ['patient', 'Consultations by video are not set up']] as const) {
    const who = await signIn(browser, without, await without.add(await person('Nora Diaz', role)));
    await who.page.goto('/consultations');
    await expect(who.page.getByText(text)).toBeVisible();
    await expect(button(who.page, 'Open my room')).toHaveCount(0);
    await who.context.close();
  }
  await without.stop();
});

test('more past consultations than one page has', async ({ browser, person }) => {
  const livekit = await prepare(); // which is away: nobody comes into any of them
  const server = await Server.start({ MOODBITES_LIMITS: 'off', ...livekit.env });
  const tomas = await signIn(browser, server, await server.add(await person('Tomás Oliveira', 'dietician')));
  const { accessToken } = await post(server, undefined, 'session', { email: tomas.person.email, password: tomas.person.password });
  for (let n = 1; n <= 35; n += 1) {
    const { roomId } = await post(server, accessToken, 'consultations', { title: `Course ${n}` });
    await post(server, accessToken, `consultations/${roomId}/end`);
  }
  await tomas.page.goto('/consultations');
  const past = tomas.page.getByRole('region', { name: 'Past' });
  await expect(past.getByText(/^Course/)).toHaveCount(30);
  await button(tomas.page, 'Show older ones').click();
  await expect(past.getByText(/^Course/)).toHaveText(Array.from({ length: 35 }, (_, n) => `Course ${35 - n}`));
  await expect(button(tomas.page, 'Show older ones')).toHaveCount(0);
  await tomas.context.close();
  await server.stop();
});
