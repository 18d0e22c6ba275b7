// Our web app in Chromium in a consultation, with Firefox and with LiveKit's own client in Python.
import type { Browser, Page } from '@playwright/test';
import { test, webhookOf } from '../browser/livekit.js';
import { expectNoVideo, expectSound, expectTone, expectVideo } from '../browser/media.js';
import { expect, type Visitor } from '../browser/people.js';
import type { Person, Server } from '../server.js';
import { Firefox, missing as missingFirefox, signIn } from './firefox.js';
import { missing as missingPython, PythonClient } from './python.js';

test.use({ actionTimeout: 15_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });
const bar = (page: Page, name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true });

/** A dietician in a room of theirs, to which that patient is invited. */
async function open(host: Page, patient: string, encrypted = false): Promise<string> {
  await host.getByRole('link', { name: 'Consultations' }).click();
  await button(host, 'Invite patients').click();
  await host.getByRole('checkbox', { name: patient }).check();
  if (encrypted) await host.getByRole('checkbox', { name: /End-to-end encrypted/ }).check();
  await button(host, 'Open and invite').click();
  await button(host, 'Start').click();
  await expect(tile(host, 'You')).toBeVisible({ timeout: 30_000 });
  return /consultation-\w+/.exec(host.url())?.[0] ?? '';
}

/** Lets that patient in. */
async function admit(host: Page, patient: string): Promise<void> {
  await button(host, 'Show').click();
  await button(host, `Admit ${patient}`).click();
  await button(host, 'Close').click();
}

/** What fills that person's tile has light and more than one colour in it, and changes. */
async function expectPictureOf(page: Page, name: string): Promise<void> {
  const look = () =>
    tile(page, name).locator('video').evaluate((video: HTMLVideoElement) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [64, 36];
      const context = canvas.getContext('2d');
      context?.drawImage(video, 0, 0, 64, 36);
      return [...(context?.getImageData(0, 0, 64, 36).data ?? [])].filter((_, n) => n % 4 !== 3);
    });
  let before: number[] = [];
  await expect
    .poll(async () => {
      const now = await look();
      const moved = now.some((value, n) => Math.abs(value - (before[n] ?? value)) > 20);
      before = now;
      return moved && Math.max(...now) - Math.min(...now) > 50;
    }, { timeout: 30_000 })
    .toBe(true);
}

test.describe('with the client in Python', () => {
  let why: string | undefined;
  let peer: PythonClient | undefined;
  test.beforeAll(async () => {
    why = await missingPython();
    if (why) console.error(`${why}: SKIPPED, not passed`);
  });
  test.afterEach(() => peer?.kill());

  test('it comes by a token as old clients ask for one, is let in, seen and heard, and sees and hears', async ({ visit, person, server, livekit }) => {
    test.skip(why !== undefined, why ?? '');
    const mia = await person('Mia Jones', 'patient');
    const { page: host } = await visit('Lena Brandt', 'dietician');
    const room = await open(host, mia.name);
    const { email, password } = mia;
    peer = await PythonClient.start('livekit_client.py', { accounts: server.url('accounts'), calls: server.url('calls'), email, password, livekit: livekit.url, room });
    await peer.says({ event: 'refused', code: 'not_admitted' });
    await admit(host, mia.name);
    await peer.says({ event: 'joined', name: mia.name });
    await peer.says({ event: 'sends' });

    await expectVideo(host);
    await expectSound(host);
    await expectPictureOf(host, mia.name);
    for (const source of ['SOURCE_MICROPHONE', 'SOURCE_CAMERA']) await peer.says({ event: 'takes', source });
    await bar(host, 'Share your screen').click();
    await peer.says({ event: 'takes', source: 'SOURCE_SCREENSHARE' });
    await bar(host, 'Stop sharing your screen').click();

    await bar(host, 'Mute').click();
    await peer.says({ event: 'muted', source: 'SOURCE_MICROPHONE' });
    peer.hangUp();
    await peer.says({ event: 'exit', code: 0 });
    await expect(tile(host, mia.name)).not.toBeAttached();
  });
});

test.describe('with Firefox', () => {
  let why: string | undefined;
  let firefox: Firefox | undefined;
  test.beforeAll(async () => {
    why = await missingFirefox();
    if (why) console.error(`${why}: SKIPPED, not passed`);
    else firefox = await Firefox.launch();
  });
  test.afterAll(() => firefox?.close());

  async function share(from: Visitor, to: Visitor): Promise<void> {
    await from.page.mouse.move(300, 300);
    await bar(from.page, 'Share your screen').click();
    await expect(tile(to.page, `${from.person.name}'s screen`)).toBeVisible({ timeout: 20_000 });
    await expectPictureOf(to.page, from.person.name);
    await from.page.mouse.move(320, 320);
    await bar(from.page, 'Stop sharing your screen').click();
    await expect(tile(to.page, `${from.person.name}'s screen`)).not.toBeAttached();
  }

  /** The two in one room, where each is sure to see and hear the other as often as `seen` is asked. */
  async function meet(lena: Visitor, patient: Person, browser: Browser, server: Server, encrypted = false) {
    const mia = await signIn(browser, server, patient);
    await lena.page.reload();
    await open(lena.page, patient.name, encrypted);
    await mia.page.getByRole('link', { name: /Consultations/ }).click();
    await button(mia.page, 'Join').click();
    await expect(mia.page.getByText('You are in the waiting room')).toBeVisible();
    await admit(lena.page, patient.name);
    const both = [[lena, mia], [mia, lena]] as const;
    const seen = async () => {
      for (const [from, to] of both) {
        await expect(tile(from.page, to.person.name)).toBeVisible({ timeout: 30_000 });
        await expectVideo(from.page);
        // Firefox makes its voice up, and without a loudspeaker can't say what it hears.
        if (from === lena) await expectTone(lena.page, 1000);
        else await expectSound(mia.page);
        await expectPictureOf(from.page, to.person.name);
      }
    };
    await seen();
    return { mia, both, seen };
  }

  test('both see and hear each other, share, and are back after the LiveKit server was', async ({ visit, person, server, livekit }) => {
    test.skip(!firefox, why ?? '');
    if (!firefox) return;
    const lena = await visit('Lena Brandt', 'dietician');
    const { mia, both, seen } = await meet(lena, await person('Mia Jones', 'patient'), firefox.browser, server);
    for (const [from, to] of both) await share(from, to);
    await mia.page.keyboard.press('h');
    await expect(tile(lena.page, mia.person.name).getByText('Hand raised')).toBeAttached();
    await bar(mia.page, 'Turn camera off').click();
    await expectNoVideo(lena.page);
    await bar(mia.page, 'Turn camera on').click();
    await seen();
    await livekit.end();
    await expect(mia.page.getByText('The connection broke.')).toBeVisible({ timeout: 40_000 });
    await livekit.start(webhookOf(server));
    await expect(mia.page.getByText('The connection broke.')).not.toBeVisible({ timeout: 90_000 });
    await seen();
    await mia.context.close();
  });

  test('an encrypted room is seen and heard by both, shared in, and by who comes back', async ({ visit, person, server }) => {
    test.skip(!firefox, why ?? '');
    if (!firefox) return;
    const lena = await visit('Lena Brandt', 'dietician');
    const { mia, both, seen } = await meet(lena, await person('Mia Jones', 'patient'), firefox.browser, server, true);
    for (const { page } of [lena, mia]) await expect(button(page, 'End-to-end encrypted')).toBeVisible();
    for (const [from, to] of both) await share(from, to);
    for (const { page } of [mia, lena]) {
      await bar(page, 'Leave').click();
      if (page === lena.page) await button(page, 'Leave').last().click();
      await button(page, 'Come back').click();
      await seen();
      for (const one of [lena, mia]) await expect(one.page.getByText('No common key yet')).not.toBeAttached();
    }
    await mia.context.close();
  });
});
