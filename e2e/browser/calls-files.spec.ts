import type { Download, Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { expect, test, type Visitor } from './people.js';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const panel = (page: Page) => page.getByRole('region', { name: 'In this call' });
const MIB = 1024 * 1024;
/** `TEST_FILE_MIB=200` for what takes a while. */
const LARGE = Number(process.env['TEST_FILE_MIB'] ?? 24) * MIB;

async function call(from: Visitor, to: Visitor, kind: 'Video' | 'Phone'): Promise<void> {
  await from.page.getByRole('link', { name: to.person.name }).first().click();
  await button(from.page, `${kind} call with ${to.person.name}`).click();
  await button(to.page, 'Accept').click();
  for (const { page } of [from, to]) await expect(button(page, 'Leave')).toBeVisible();
}

/** A file of pseudo-random bytes, and its digest. */
async function makeFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const file = createWriteStream(path);
  for (let block = 0, left = size; left > 0; block += 1) {
    const seed = createHash('sha512').update(`${block}`).digest();
    const bytes = Buffer.alloc(Math.min(left, MIB), seed);
    hash.update(bytes);
    if (!file.write(bytes)) await once(file, 'drain');
    left -= bytes.length;
  }
  file.end();
  await once(file, 'finish');
  return hash.digest('hex');
}

async function digestOf(download: Download): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(await download.path())) hash.update(part as Buffer);
  return hash.digest('hex');
}

/** How much of the file has come, as its bar says. */
const arrived = (page: Page) => panel(page).getByRole('progressbar').evaluate((bar) => (bar as HTMLProgressElement).value);

/** Pressed within the page: on a busy machine the file would be there before a press from outside. */
const pauseOnceBegun = (page: Page) =>
  button(page, 'Pause plan.bin').evaluate(
    (pause) =>
      new Promise<void>((done) => {
        const look = () => {
          if ((document.querySelector('progress')?.value ?? 0) === 0) return requestAnimationFrame(look);
          (pause as HTMLElement).click();
          done();
        };
        look();
      }),
  );

/** The ICE user name of the connection in use; another after a restart. */
const fragment = (page: Page) =>
  page.evaluate(() => {
    const { peerConnections } = window as unknown as { peerConnections: RTCPeerConnection[] };
    return /a=ice-ufrag:(\S+)/.exec(peerConnections.at(-1)?.localDescription?.sdp ?? '')?.[1] ?? '';
  });

test('words and a file in a call; the file arrives whole across an ICE restart', async ({ visit }, info) => {
  test.setTimeout(60_000 + LARGE / 1000);
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await call(lena, mia, 'Phone');

  // Words, unseen and seen.
  await button(lena.page, 'Write or send files').click();
  const words = lena.page.getByLabel(`Write to ${mia.person.name} in this call`);
  await words.fill('Here is the plan for next week.');
  await words.press('Enter');
  await expect(panel(lena.page).getByText(/Arrived$/)).toBeVisible();
  await expect(mia.page.getByRole('status').filter({ hasText: `${lena.person.name}: Here is the plan for next week.` })).toBeAttached();
  await button(mia.page, 'Write or send files, 1 new').click();
  await expect(panel(mia.page).getByText('Here is the plan for next week.')).toBeVisible();
  await button(mia.page, 'Close').click();
  await expect(button(mia.page, 'Write or send files')).toBeVisible();

  // A file is asked about, paused by the receiver, and goes on over a network that has changed.
  const path = info.outputPath('plan.bin');
  const digest = await makeFile(path, LARGE);
  await panel(lena.page).locator('input[type=file]').setInputFiles(path);
  await expect(panel(lena.page).getByText(`Waiting for ${mia.person.name} to accept`)).toBeVisible();
  await expect(mia.page.getByText(`${lena.person.name} would like to send you plan.bin`).first()).toBeVisible();
  await mia.page.getByText('Open', { exact: true }).or(button(mia.page, /^Write or send files/)).first().click();
  const saved = mia.page.waitForEvent('download', { timeout: 60_000 + LARGE / 1000 });
  await panel(mia.page).getByRole('button', { name: 'Accept' }).click();
  await pauseOnceBegun(mia.page);
  await expect(panel(lena.page).getByText(`Paused by ${mia.person.name}`)).toBeVisible();
  const [before, moved] = [await fragment(lena.page), await arrived(mia.page)];
  expect(moved).toBeLessThan(LARGE);
  await button(mia.page, 'Go on with plan.bin').click();
  await lena.context.setOffline(true);
  await lena.context.setOffline(false);
  await expect.poll(() => fragment(lena.page)).not.toBe(before);
  const download = await saved;
  expect(download.suggestedFilename()).toBe('plan.bin');
  expect(await digestOf(download)).toBe(digest);
  await expect(panel(mia.page).getByText('Arrived whole, saved as a download')).toBeVisible();
  await expect(panel(lena.page).getByText(`${mia.person.name} has it whole`)).toBeVisible();

  // The other way, declined; and a page that is loaded anew is asked again.
  await panel(mia.page).locator('input[type=file]').setInputFiles([
    { name: '../setup.exe', mimeType: 'application/x-msdownload', buffer: Buffer.alloc(MIB) },
    { name: 'second.txt', mimeType: 'text/plain', buffer: Buffer.from('two') },
  ]);
  await expect(panel(lena.page).getByText('A file of this kind can change your device')).toBeVisible();
  await panel(lena.page).getByRole('button', { name: 'Decline' }).first().click();
  await expect(panel(mia.page).getByText(`${lena.person.name} declined`)).toBeVisible();
  await lena.page.reload();
  await expect(lena.page.getByText(`${mia.person.name} would like to send you second.txt`).first()).toBeVisible({ timeout: 20_000 });
  const second = lena.page.waitForEvent('download');
  await button(lena.page, 'Accept').click();
  expect(await digestOf(await second)).toBe(createHash('sha256').update('two').digest('hex'));
  await button(mia.page, 'Leave').click();
  await expect(button(lena.page, 'Leave')).toBeHidden();
});
