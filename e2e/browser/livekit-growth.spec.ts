import type { Page } from '@playwright/test';
import { glimpses } from './gallery.js';
import { test, webhookOf } from './livekit.js';
import { expectSound, expectVideo, watchMedia } from './media.js';
import { pair } from './pair.js';
import { expect } from './people.js';

test.describe.configure({ timeout: 180_000 });
test.use({ actionTimeout: 15_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });

interface Watched {
  asked: number;
  /** How many voices could be heard at once, over and over, since the watch began. */
  audible: number[];
}

/** Keeps count of devices that are asked for and of voices that can be heard; before the first navigation. */
async function watchEars(page: Page): Promise<void> {
  const script = () => {
    const elements: HTMLAudioElement[] = [];
    const make = document.createElement.bind(document);
    document.createElement = ((name: string, options?: ElementCreationOptions) => {
      const element = make(name, options);
      if (element instanceof HTMLAudioElement) elements.push(element);
      return element;
    }) as typeof document.createElement;
    const watched: Watched = { asked: 0, audible: [] };
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wish) => ((watched.asked += 1), ask(wish));
    const heard = ({ srcObject, muted, paused }: HTMLAudioElement) =>
      srcObject instanceof MediaStream && !muted && !paused && srcObject.getAudioTracks().some(({ readyState, muted: mute }) => readyState === 'live' && !mute);
    setInterval(() => watched.audible.push(elements.filter(heard).length), 20);
    Object.assign(window, { watched });
  };
  await page.addInitScript(script);
  await page.reload();
}

/** Neither learns where the other of a call is, so nothing comes through between the two; a room's server is another matter. */
async function keepApart(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const Native = window.RTCPeerConnection;
    const without = (sdp = '') => sdp.replace(/a=candidate:.*\r\n/g, '');
    const ofCalls = new WeakSet<RTCPeerConnection>();
    class Apart extends Native {
      constructor(config?: RTCConfiguration) {
        super(config);
        if (config?.iceCandidatePoolSize === 1) ofCalls.add(this); // as a call's own has it
      }
      override addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
        return ofCalls.has(this) ? Promise.resolve() : super.addIceCandidate(candidate);
      }
      override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
        return super.setRemoteDescription(ofCalls.has(this) ? { ...description, sdp: without(description.sdp) } : description);
      }
    }
    window.RTCPeerConnection = Apart;
  });
  await page.reload();
}

const watched = (page: Page) => page.evaluate(() => (window as unknown as { watched: Watched }).watched);
const forget = (page: Page) => page.evaluate(() => ((window as unknown as { watched: Watched }).watched.audible.length = 0));

test('a call of two goes on in a room, and a third comes', async ({ browser, server, visit }) => {
  const { lena, mia } = await pair(visit);
  for (const { page } of [lena, mia]) await watchEars(page);
  await button(lena.page, `Video call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  for (const { page } of [lena, mia]) {
    await expectVideo(page);
    await expectSound(page);
    await forget(page);
  }
  const before = await Promise.all([lena, mia].map(async ({ page }) => (await watched(page)).asked));
  await expect(button(mia.page, 'Add someone')).toHaveCount(0);
  await button(lena.page, 'Add someone').click();
  await expect(lena.page.getByText('A room is being opened for you')).toBeVisible();

  // The call is gone, and nobody has hung up: both are where they were, in a room.
  for (const [from, to] of [[lena, mia], [mia, lena]] as const) {
    await expect(from.page.getByRole('dialog', { name: `Call with ${to.person.name}` })).toHaveCount(0, { timeout: 25_000 });
    await expect(tile(from.page, to.person.name)).toBeVisible();
    await expect(from.page.getByText('Call ended')).toHaveCount(0);
    await expectVideo(from.page);
    await expectSound(from.page);
    const { audible } = await watched(from.page);
    expect(audible.length).toBeGreaterThan(20);
    expect(audible.filter((count) => count > 1).length, 'nobody is heard twice').toBeLessThan(3);
    expect(audible.filter((count) => count === 0).length, 'nobody hears silence').toBeLessThan(3);
  }
  const after = await Promise.all([lena, mia].map(async ({ page }) => (await watched(page)).asked));
  expect(after, 'no device is opened twice').toEqual(before);

  // Whom to add is asked at once; a guest comes by a link.
  const dialog = lena.page.getByRole('dialog', { name: 'Add someone' });
  await expect(dialog.getByText('Is here')).toBeVisible();
  await dialog.getByRole('button', { name: 'Invite a guest' }).click();
  await button(lena.page, 'Make a link').click();
  const link = new URL(await lena.page.getByLabel('Link for one guest').inputValue());
  await lena.page.keyboard.press('Escape');
  const context = await browser.newContext({ baseURL: server.url(), permissions: ['camera', 'microphone'] });
  await watchMedia(context);
  const guest = await context.newPage();
  await guest.goto(link.pathname);
  await guest.getByLabel('Your name').fill('Ana, interpreter');
  await button(guest, 'To the waiting room').click();
  // Who waits can say something, and is answered.
  await guest.getByLabel(`A line to ${lena.person.name}`).fill('I speak Portuguese and German');
  await button(guest, 'Send').click();
  await button(lena.page, 'Show').click();
  await expect(lena.page.getByText('I speak Portuguese and German')).toBeVisible();
  await button(lena.page, 'Answer Ana, interpreter').click();
  await lena.page.getByLabel('A line to Ana, interpreter').fill('One minute');
  await lena.page.keyboard.press('Enter');
  await expect(guest.getByText('One minute')).toBeVisible();
  await button(lena.page, 'Admit Ana, interpreter').click();
  for (const page of [lena.page, mia.page, guest]) {
    await expect(page.getByRole('figure')).toHaveCount(3, { timeout: 30_000 });
    await expectVideo(page);
    await expectSound(page);
  }
  // What is written to everyone is kept, for those who were there.
  await button(lena.page, 'Close').click();
  await button(lena.page, 'Chat').click();
  await lena.page.getByLabel('Message to everyone').fill('Iron twice a day');
  await lena.page.keyboard.press('Enter');
  await button(guest, 'Chat, 1 new').click();
  await expect(guest.getByText('Iron twice a day')).toBeVisible();
  await guest.getByLabel('Message to everyone').fill('Ferro duas vezes por dia');
  await guest.keyboard.press('Enter');
  await expect(lena.page.getByText('Ferro duas vezes por dia')).toBeVisible();
  await context.close();
  await lena.page.getByRole('toolbar').getByRole('button', { name: 'Leave' }).click();
  await button(lena.page, 'End for everyone').click();
  await expect(mia.page.getByText('The consultation is over')).toBeVisible({ timeout: 20_000 });
  await mia.page.getByRole('link', { name: 'Chats' }).first().click();
  await mia.page.getByRole('link', { name: lena.person.name }).first().click();
  await expect(mia.page.getByText('went on as a consultation')).toBeVisible();
  await mia.page.getByRole('link', { name: 'Open', exact: true }).click();
  await expect(mia.page.getByRole('region', { name: 'What was written' }).getByRole('listitem')).toHaveText([/Iron twice a day/, /Ana, interpreter · Guest.*Ferro duas vezes por dia/s]);
});

test('where no room can be had the call goes on, and it is said', async ({ visit, server, livekit }) => {
  const jonas = await visit('Jonas Lindqvist', 'patient');
  const { lena, mia } = await pair(visit);
  await livekit.end();
  await button(lena.page, `Video call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  for (const { page } of [lena, mia]) await expectVideo(page);
  await button(lena.page, 'Add someone').click();
  await expect(lena.page.getByText('No room could be opened, so the call goes on as it is.')).toBeVisible({ timeout: 30_000 });
  for (const { page } of [lena, mia]) {
    await expectVideo(page);
    await expectSound(page);
  }
  await glimpses(lena.page, 'grow-failed');
  await livekit.start(webhookOf(server));
  await button(lena.page, 'Try again').click();
  await expect(lena.page.getByRole('dialog', { name: 'Add someone' })).toBeVisible({ timeout: 30_000 });
  await expect(tile(mia.page, lena.person.name)).toBeVisible();
  await glimpses(lena.page, 'room-add');

  // Somebody else is asked in, and sees it wherever they are.
  await button(lena.page, `Ask ${jonas.person.name} in`).click();
  await expect(jonas.page.getByText(`${lena.person.name} asks you into a consultation.`)).toBeVisible();
  await glimpses(jonas.page, 'room-asked-in');
  await button(jonas.page, 'Join').click();
  await button(jonas.page, 'Join').click();
  for (const { page } of [lena, mia, jonas]) await expect(page.getByRole('figure')).toHaveCount(3, { timeout: 30_000 });
  await expectSound(jonas.page);
});

test('a page that is reloaded in the middle of it comes into the room all the same', async ({ visit, livekit }) => {
  const { lena, mia } = await pair(visit);
  await button(lena.page, `Video call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  for (const { page } of [lena, mia]) await expectVideo(page);
  await mia.page.getByRole('toolbar').getByRole('button', { name: 'Share your screen' }).click();
  await expect(lena.page.getByText(`${mia.person.name} is sharing their screen`).first()).toBeAttached();
  livekit.pause();
  await button(lena.page, 'Add someone').click();
  await expect(mia.page.getByText(`${lena.person.name} is adding someone.`)).toBeVisible();
  await lena.page.reload();
  livekit.resume();
  for (const [from, to] of [[lena, mia], [mia, lena]] as const) {
    await expect(tile(from.page, to.person.name)).toBeVisible({ timeout: 40_000 });
    await expect(from.page.getByRole('dialog', { name: `Call with ${to.person.name}` })).toHaveCount(0, { timeout: 25_000 });
    await expectVideo(from.page);
    await expectSound(from.page);
    await expect(from.page.getByText('Call ended')).toHaveCount(0);
  }
  // A screen is taken along.
  const screen = tile(lena.page, `${mia.person.name}'s screen`);
  await expect(screen).toBeVisible();
  await mia.page.getByRole('toolbar').getByRole('button', { name: 'Stop sharing' }).click();
  await expect(screen).not.toBeAttached();
});

test('where two networks do not reach each other a room does', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  for (const { page } of [lena, mia]) await keepApart(page);
  await button(lena.page, `Video call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  await expect(mia.page.getByText(`${lena.person.name} can open a room for the two of you`)).toBeVisible({ timeout: 45_000 });
  await glimpses(mia.page, 'grow-instead-patient');
  await glimpses(lena.page, 'grow-instead');
  await button(lena.page, 'Open a room').click();
  for (const [from, to] of [[lena, mia], [mia, lena]] as const) {
    await expect(from.page.getByRole('dialog')).toHaveCount(0, { timeout: 25_000 });
    await expect(tile(from.page, to.person.name)).toBeVisible();
    await expectVideo(from.page);
    await expectSound(from.page);
  }
});

test('two dieticians who add someone at once come into one room', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const paul = await visit('Paul Adeyemi', 'dietician');
  await lena.page.reload();
  await lena.page.getByRole('link', { name: paul.person.name }).first().click();
  await button(lena.page, `Video call with ${paul.person.name}`).click();
  await button(paul.page, 'Accept').click();
  const both = [[lena, paul], [paul, lena]] as const;
  for (const [{ page }] of both) await expectVideo(page);
  await Promise.all(both.map(([{ page }]) => button(page, 'Add someone').click()));
  for (const [from, to] of both) {
    await expect(from.page.getByRole('dialog', { name: `Call with ${to.person.name}` })).toHaveCount(0, { timeout: 30_000 });
    await expect(tile(from.page, to.person.name)).toBeVisible();
    await expectVideo(from.page);
    await expectSound(from.page);
  }
  expect(new URL(lena.page.url()).pathname).toBe(new URL(paul.page.url()).pathname);
  await expect(lena.page.getByText('Call ended')).toHaveCount(0);
});
