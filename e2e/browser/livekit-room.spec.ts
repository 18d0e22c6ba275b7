import type { Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { glimpses } from './gallery.js';
import { openRoom, test, webhookOf } from './livekit.js';
import { expectSound, expectVideo, watchMedia } from './media.js';
import { expect } from './people.js';
import { coloursIn, loudness, probe, withFace } from './tape.js';

test.describe.configure({ timeout: 240_000 });
test.use({ actionTimeout: 15_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });
const inRoom = (page: Page) => expect(tile(page, 'You')).toBeVisible({ timeout: 30_000 });

test('a dietician, two patients and a guest', async ({ browser, server, livekit, visit }) => {
  const dietician = await visit('Tomás Oliveira', 'dietician');
  const hannah = await visit('Hannah Weiss', 'patient');
  const jonas = await visit('Jonas Lindqvist', 'patient');
  const { page: host } = dietician;

  // They are invited, and see it where they are.
  await host.getByRole('link', { name: 'Consultations' }).click();
  await button(host, 'Invite patients').click();
  await host.getByRole('checkbox', { name: hannah.person.name }).check();
  await host.getByRole('checkbox', { name: jonas.person.name }).check();
  await button(host, 'Open and invite').click();
  await expect(button(host, 'Start')).toBeEnabled({ timeout: 20_000 });

  // They wait, with what their devices are like, until they are let in.
  for (const { page } of [hannah, jonas]) {
    await page.getByRole('link', { name: /Consultations/ }).click();
    await button(page, 'Join').click();
    await expect(page.getByText('You are in the waiting room')).toBeVisible();
  }
  await expect(host.getByText('Connection, microphone and camera are fine').first()).toBeVisible({ timeout: 30_000 });
  await button(host, 'Start').click();
  await inRoom(host);
  await button(host, 'Show').click();
  await button(host, 'Admit all').click();
  for (const { page } of [hannah, jonas]) await inRoom(page);

  // A guest comes by a link, which is good once.
  await button(host, 'Invite a guest').click();
  await button(host, 'Make a link').click();
  const link = new URL(await host.getByLabel('Link for one guest').inputValue());
  await host.keyboard.press('Escape');
  const come = async () => {
    const context = await browser.newContext({ baseURL: server.url(), permissions: ['camera', 'microphone'] });
    await watchMedia(context);
    const page = await context.newPage();
    await page.goto(link.pathname);
    await page.getByLabel('Your name').fill('Ana, interpreter');
    await button(page, 'To the waiting room').click();
    return page;
  };
  const guest = await come();
  await expect(guest.getByText('You are in the waiting room')).toBeVisible();
  await button(host, 'Admit Ana, interpreter').click();
  await inRoom(guest);
  const second = await come();
  await expect(second.getByText('This link is not valid any more')).toBeVisible();
  await second.context().close();

  const all = [host, hannah.page, jonas.page, guest];
  for (const page of all) {
    await expect(page.getByRole('figure')).toHaveCount(4, { timeout: 30_000 });
    await expectVideo(page);
    await expectSound(page);
  }

  // A hand, a word, a whisper, a screen.
  await hannah.page.getByRole('main').press('h');
  await expect(tile(host, hannah.person.name).getByText('Hand raised')).toBeAttached();
  await hannah.page.getByRole('main').press('h');
  await expect(tile(host, hannah.person.name).getByText('Hand raised')).not.toBeAttached();
  await button(host, 'Close').click();
  await button(host, 'Chat').click();
  await host.getByLabel('Message to everyone').fill('Welcome, all of you');
  await host.keyboard.press('Enter');
  await host.getByLabel('To', { exact: true }).selectOption({ label: `Only ${hannah.person.name}` });
  await host.getByLabel(`Only ${hannah.person.name}`).fill('I will see you alone after this');
  await host.keyboard.press('Enter');
  await button(hannah.page, 'Chat, 2 new').click();
  await expect(hannah.page.getByText('I will see you alone after this')).toBeVisible();
  await button(jonas.page, 'Chat, 1 new').click();
  await expect(jonas.page.getByText('Welcome, all of you')).toBeVisible();
  await button(host, 'Close').click();
  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Share your screen' }).click();
  await expect(tile(jonas.page, `${hannah.person.name}'s screen`)).toBeVisible({ timeout: 20_000 });
  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Stop sharing' }).click();
  await expect(tile(jonas.page, `${hannah.person.name}'s screen`)).not.toBeAttached({ timeout: 20_000 });

  // Muted by the host, and heard again by her own wish.
  await button(host, 'People').click();
  await button(host, `Mute ${hannah.person.name}`).click();
  await expect(hannah.page.getByText('A host has muted you.')).toBeVisible();
  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Unmute' }).click();
  await expect(button(host, `Mute ${hannah.person.name}`)).toBeVisible();

  // The LiveKit server dies, and everyone is back by themselves.
  await livekit.end();
  await expect(hannah.page.getByText('The connection broke.')).toBeVisible({ timeout: 40_000 });
  await livekit.start(webhookOf(server));
  for (const page of all) await expect(page.getByText('The connection broke.')).not.toBeVisible({ timeout: 90_000 });
  for (const page of all) {
    await expect(page.getByRole('figure')).toHaveCount(4, { timeout: 60_000 });
    await expectVideo(page);
  }

  // Removed, and locked out who is new.
  await button(host, 'More about Jonas Lindqvist').click();
  await button(host, 'Remove').click();
  await expect(jonas.page.getByText('You are not in this consultation any more')).toBeVisible({ timeout: 20_000 });
  await button(host, 'More').click();
  await host.getByLabel(/Lock the room/).click();
  await expect(host.getByText('Locked', { exact: true })).toBeVisible();
  await host.keyboard.press('Escape');

  // Over for everyone, and in the list of what was.
  await host.getByRole('toolbar').getByRole('button', { name: 'Leave' }).click();
  await button(host, 'End for everyone').click();
  for (const page of [host, hannah.page, guest]) await expect(page.getByText('The consultation is over')).toBeVisible({ timeout: 20_000 });
  await button(host, 'All consultations').click();
  await expect(host.getByRole('region', { name: 'Past' }).getByRole('listitem')).toHaveCount(1);
  await guest.context().close();
});

test('everybody agrees to be recorded, who comes later too, and it can be played and taken back', async ({ server, visit }, info) => {
  const maya = await visit('Maya Lindqvist', 'dietician');
  const hannah = await visit('Hannah Sommer', 'patient');
  const jonas = await visit('Jonas Winter', 'patient');
  const host = maya.page;
  const room = await openRoom(server, maya, [hannah, jonas]);
  // A voice and a picture each that nobody else has; cheap, too.
  await withFace(host, 440, '#ff0000');
  await withFace(hannah.page, 1200, '#0000ff');
  await withFace(jonas.page, 2000, '#ffff00');
  for (const [page, name] of [[host, 'Start'], [hannah.page, 'Join']] as const) {
    await page.getByRole('link', { name: /Consultations/ }).click();
    await button(page, 'Join').click();
    await expect(page).toHaveURL(new RegExp(room));
    await button(page, name).click();
    await inRoom(page);
  }
  for (const page of [host, hannah.page]) await expectVideo(page);

  await button(host, 'More').click();
  await button(host, 'Record this consultation').click();
  await button(host, 'Ask everybody').click();
  await expect(host.getByText(`Waiting for ${hannah.person.name} to agree`)).toBeVisible();
  await expect(hannah.page.getByRole('alertdialog')).toContainText('asks to record this consultation');
  await glimpses(hannah.page, 'room-recording-asked');
  await button(hannah.page, 'Agree to recording').click();
  for (const page of [host, hannah.page]) await expect(page.locator('[data-recording]')).toBeVisible();
  await glimpses(host, 'room-recording-running');

  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Share your screen' }).click();
  await expect(tile(host, `${hannah.person.name}'s screen`)).toBeVisible({ timeout: 20_000 });
  await expectVideo(host);
  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Stop sharing' }).click();

  // She reads elsewhere meanwhile, and the room goes on.
  await button(hannah.page, 'Make small, and go on reading').click();
  const card = hannah.page.getByRole('region', { name: 'Consultation with Maya Lindqvist' });
  await expect(card.locator('[data-recording]')).toBeVisible();
  await expect(hannah.page).toHaveURL(/chats/);
  await expectVideo(hannah.page);
  await glimpses(hannah.page, 'room-floating');
  await expect(tile(host, hannah.person.name)).toBeVisible();
  await card.getByRole('button', { name: 'Open the room' }).click();
  await inRoom(hannah.page);
  await expect(card).not.toBeAttached();

  // Who comes now is asked at the door, and is in it only then.
  await jonas.page.getByRole('link', { name: /Consultations/ }).click();
  await button(jonas.page, 'Join').click();
  await expect(jonas.page.getByText('This consultation is being recorded')).toBeVisible();
  await glimpses(jonas.page, 'room-recording-door');
  await button(jonas.page, 'Agree and join').click();
  await inRoom(jonas.page);
  await expect(tile(host, jonas.person.name)).toBeVisible();
  await expectVideo(jonas.page);

  await button(host, 'Stop recording').click();
  await expect(host.getByText('The recording is kept with this consultation.')).toBeVisible({ timeout: 20_000 });
  await host.getByRole('toolbar').getByRole('button', { name: 'Leave' }).click();
  await button(host, 'End for everyone').click();
  await expect(hannah.page.getByText('The consultation is over')).toBeVisible();
  await button(hannah.page, 'All consultations').click();
  await button(hannah.page, 'Play').click();
  const film = hannah.page.locator('video');
  await expect.poll(() => film.evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight, video.currentTime > 0.5])).toEqual([1280, 720, true]);
  await glimpses(hannah.page, 'room-recording-past');

  // It holds every voice and picture, the one who came later and the screen as well.
  const file = info.outputPath('room.webm');
  await writeFile(file, await (await hannah.page.request.get((await film.getAttribute('src')) ?? '')).body());
  const { kinds, seconds } = await probe(file);
  expect(kinds).toEqual(['audio', 'video']);
  expect(seconds).toBeGreaterThan(5);
  const between = await loudness(file, 760);
  for (const hertz of [440, 1200, 2000]) expect(await loudness(file, hertz), `${hertz} Hz, beside ${between} dB`).toBeGreaterThan(between + 12);
  const shown = await coloursIn(file);
  for (const [name, ...colour] of [['host', 255, 0, 0], ['Hannah', 0, 0, 255], ['Jonas', 255, 255, 0], ['screen', 0, 255, 0]] as const) {
    expect(shown.filter((one) => one.every((value, n) => Math.abs(value - (colour[n] ?? 0)) < 90)).length, name).toBeGreaterThan(2);
  }
  await button(hannah.page, 'Withdraw consent').click();
  await button(hannah.page, 'Delete recording').click();
  await expect(film).not.toBeAttached();
  await host.getByRole('button', { name: 'All consultations' }).click();
  await expect(host.getByRole('region', { name: 'Past' }).getByText(/^Recording/)).not.toBeAttached();
});
