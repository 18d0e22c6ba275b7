import type { Page } from '@playwright/test';
import { glimpses } from './gallery.js';
import { expectScreen, expectSound, expectVideo, screenIn } from './media.js';
import { expect, test, type Visitor } from './people.js';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

interface Watched {
  peerConnections: RTCPeerConnection[];
}

/** How many offers the page's connections have made; and no more than one connection. */
const agreed = (page: Page) =>
  page.evaluate(() => {
    const open = (window as unknown as Watched).peerConnections.filter(({ connectionState }) => connectionState !== 'closed');
    return open.map((connection) => connection.getTransceivers().map(({ receiver, sender }) => `${receiver.track.kind}${sender.track ? '' : ' -'}`));
  });

/** The browser's own bar ends what is shared. */
const endOutside = (page: Page) =>
  page.evaluate(() => {
    const tracks = (window as unknown as { shared: MediaStreamTrack[] }).shared;
    for (const track of tracks) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  });

async function keepShared({ page }: Visitor): Promise<void> {
  await page.evaluate(() => {
    const give = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getDisplayMedia = async (options) => {
      const stream = await give(options);
      Object.assign(window, { shared: stream.getTracks() });
      return stream;
    };
  });
}

test('a screen is shared beside the faces, from either side, and ended from either side', async ({ visit }) => {
  test.setTimeout(120_000);
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  for (const who of [lena, mia]) await keepShared(who);
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  await button(lena.page, `Video call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  for (const { page } of [lena, mia]) await expectVideo(page);

  // Lena, who called, shares by a key.
  await lena.page.keyboard.press('s');
  await expect(lena.page.getByRole('region', { name: 'You are sharing your screen' })).toBeVisible();
  await expectScreen(mia.page, lena.person.name);
  await expect(mia.page.getByText(`${lena.person.name} is sharing their screen`).last()).toBeVisible();
  expect((await screenIn(mia.page)).width).toBe(1280);
  await expect.poll(async () => (await screenIn(mia.page)).sound).toBeGreaterThan(0.0001);
  for (const { page } of [lena, mia]) await Promise.all([expectVideo(page), expectSound(page)]);
  await glimpses(lena.page, 'screen-own');

  // Without a movement the bar goes, with one it is there again.
  await mia.page.mouse.move(300, 300);
  const bar = mia.page.getByRole('toolbar');
  await expect.poll(() => bar.evaluate((element) => getComputedStyle(element).opacity)).toBe('0');
  await mia.page.mouse.move(320, 320);
  await expect.poll(() => bar.evaluate((element) => getComputedStyle(element).opacity)).toBe('1');
  await glimpses(mia.page, 'screen-theirs');

  // Mia, who did not make the first offer, shares over it; then Lena ends that.
  await button(mia.page, 'Share your screen').click();
  await expectScreen(lena.page, mia.person.name);
  await expect(lena.page.getByText(`${mia.person.name} is sharing their screen now, so yours is no longer shared.`).last()).toBeVisible();
  await expect(lena.page.getByRole('region', { name: 'You are sharing your screen' })).toBeHidden();
  await lena.page.mouse.move(300, 300);
  await button(lena.page, `End ${mia.person.name}'s screen sharing`).click();
  await expect(mia.page.getByText(`${lena.person.name} has ended the screen sharing. Your screen is no longer seen.`).last()).toBeVisible();
  await expect(lena.page.getByLabel(`${mia.person.name}'s screen`, { exact: true })).toBeHidden();

  // The browser's own bar.
  await button(mia.page, 'Share your screen').click();
  await expectScreen(lena.page, mia.person.name);
  await endOutside(mia.page);
  await expect(mia.page.getByText('Your screen is no longer shared.').last()).toBeVisible();
  await expect(lena.page.getByText(`${mia.person.name} no longer shares their screen.`).last()).toBeVisible();

  // A call after it goes over the same connection, which carries no screen.
  await button(mia.page, 'Share your screen').click();
  await expectScreen(lena.page, mia.person.name);
  await button(mia.page, 'Leave').click();
  for (const { page } of [lena, mia]) await button(page, 'Close').click();
  for (const { page } of [lena, mia]) expect(await agreed(page)).toEqual([['audio -', 'video -', 'video -', 'audio -']]);
});

test('the keys of a call, its statistics, what is told of it afterwards, and a voice note for who can’t be reached', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  await button(lena.page, `Phone call with ${mia.person.name}`).click();
  await button(mia.page, 'Accept').click();
  for (const { page } of [lena, mia]) await expectSound(page);
  await lena.page.keyboard.press('?');
  await expect(lena.page.getByRole('dialog', { name: 'Keys in a call' })).toBeVisible();
  await glimpses(lena.page, 'call-keys');
  await lena.page.keyboard.press('Escape');
  await lena.page.keyboard.press('i');
  const figures = lena.page.getByRole('region', { name: 'Statistics' });
  await expect(figures.getByText(`You and ${mia.person.name} are connected directly.`)).toBeVisible();
  await expect(figures.getByText(/^\d+ k?b\/s, (opus|red), .*% lost, jitter \d+ ms$/).first()).toBeVisible();
  await glimpses(lena.page, 'call-figures');
  await lena.page.keyboard.press('i');
  await lena.page.keyboard.press('s');
  await expectScreen(mia.page, lena.person.name);
  await lena.page.keyboard.press('s');
  await expect(mia.page.getByLabel(`${lena.person.name}'s screen`, { exact: true })).toBeHidden();
  await button(mia.page, 'Leave').click();
  await button(lena.page, 'What happened in this call').click();
  await expect(lena.page.getByText(/^You shared your screen for \d+ seconds?\.$/)).toBeVisible();
  await glimpses(lena.page, 'call-story');
  const [file] = await Promise.all([lena.page.waitForEvent('download'), button(lena.page, 'Save as a file').click()]);
  expect(file.suggestedFilename()).toMatch(/^moodbites-call-.*\.json$/);
  for (const { page } of [lena, mia]) await button(page, 'Close').click();

  // Who can't be reached is left a voice note.
  await button(lena.page, `Phone call with ${mia.person.name}`).click();
  await button(mia.page, 'Decline').click();
  await button(lena.page, 'Leave a voice note').click();
  await expect(lena.page.getByRole('group', { name: 'Voice note' })).toBeVisible();
  await expect(button(lena.page, 'Stop and listen')).toBeVisible();
});
