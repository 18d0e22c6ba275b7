import type { BrowserContext, Page } from '@playwright/test';
import { Guest } from '../livekit/support.mjs';
import type { Person, Server } from '../server.js';
import { glimpses, pictures } from './gallery.js';
import { openRoom, test } from './livekit.js';
import { expectSound, expectTone, expectVideo, watchMedia } from './media.js';
import { expect } from './people.js';
import { withFace } from './tape.js';

test.describe.configure({ timeout: 180_000 });
test.use({ actionTimeout: 15_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });
const inRoom = (page: Page) => expect(tile(page, 'You')).toBeVisible({ timeout: 30_000 });

/** What goes over from a context, and the random bytes that keys are made of. */
async function overhear(context: BrowserContext) {
  const said: string[] = [];
  const keys: string[] = [];
  await context.exposeFunction('keyMade', (hex: string) => keys.push(hex));
  await context.addInitScript(() => {
    const random = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (into) => {
      const filled = random(into);
      const bytes = filled instanceof Uint8Array && filled.length === 32 ? filled : undefined;
      if (bytes) void (window as unknown as { keyMade: (hex: string) => void }).keyMade([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
      return filled;
    };
  });
  const hear = (data: string | Buffer) => said.push(typeof data === 'string' ? data : data.toString('latin1'));
  context.on('request', (request) => hear(`${request.url()} ${request.postData() ?? ''}`));
  context.on('response', (response) => void response.text().then(hear, () => undefined));
  context.on('page', (page) =>
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => hear(payload));
      socket.on('framereceived', ({ payload }) => hear(payload));
    }),
  );
  return { said, keys };
}

async function post(server: Server, token: string | undefined, path: string, body: object): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${path.startsWith('/api/user') ? server.url('accounts') : server.url()}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, string>;
}

const signIn = async (server: Server, { email, password }: Person): Promise<string> => (await post(server, undefined, '/api/user/login', { email, password }))['token'] ?? '';

const codes = async (page: Page) => {
  const list = page.getByRole('list', { name: 'Compare numbers' });
  await expect(list.getByText(/^\d{5} \d{5} \d{5} \d{5}$/).first()).toBeVisible();
  return list.getByRole('listitem').evaluateAll((items) => items.map((item) => [...item.children].map(({ textContent }) => textContent)));
};

/** A browser that lets no page seal what it sends. */
async function cannotEncrypt(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    Reflect.deleteProperty(window, 'RTCRtpScriptTransform');
    Reflect.deleteProperty(RTCRtpSender.prototype, 'createEncodedStreams');
  });
}

/** What a picture has most of. */
const colourOf = (video: Element): string => {
  const context = Object.assign(document.createElement('canvas'), { width: 8, height: 8 }).getContext('2d');
  if (!context || !(video instanceof HTMLVideoElement) || video.videoWidth === 0) return 'none';
  context.drawImage(video, 0, 0, 8, 8);
  const [red = 0, green = 0, blue = 0] = context.getImageData(2, 4, 1, 1).data;
  return green > 150 && red < 90 && blue < 90 ? 'green' : `${red} ${green} ${blue}`;
};

test('an encrypted consultation is seen and heard by who was handed the key, and by nobody else', async ({ browser, server, visit, person }) => {
  const { page: host, context, person: maya } = await visit('Maya Lindqvist', 'dietician');
  const hannah = await visit('Hannah Weiss', 'patient');
  const eve = await person('Eve', 'patient');
  const overheard = [await overhear(context), await overhear(hannah.context)];
  for (const page of [host, hannah.page]) await page.reload();
  await withFace(host, 440, '#c01818');
  await withFace(hannah.page, 1200, '#c01818');

  await host.getByRole('link', { name: 'Consultations' }).click();
  await button(host, 'Invite patients').click();
  for (const { name } of [hannah.person, eve]) await host.getByRole('checkbox', { name }).check();
  await host.getByRole('checkbox', { name: /End-to-end encrypted/ }).check();
  await glimpses(host, 'room-encrypted-invite');
  await button(host, 'Open and invite').click();
  await expect(host.getByRole('checkbox', { name: /End-to-end encrypted/ })).toBeChecked();
  await glimpses(host, 'room-encrypted-lobby');
  await hannah.page.getByRole('link', { name: /Consultations/ }).click();
  await expect(hannah.page.getByRole('region', { name: 'Running' }).getByText('End-to-end encrypted')).toBeVisible();
  await glimpses(hannah.page, 'room-encrypted-list');
  await button(hannah.page, 'Join').click();
  await expect(hannah.page.getByText('This consultation is end-to-end encrypted.')).toBeVisible();

  // Let in before the dietician is there, she waits for the key.
  await button(host, `Admit ${hannah.person.name}`).click();
  await expect(hannah.page.getByText('Waiting for the key.')).toBeVisible();
  await glimpses(hannah.page, 'room-encrypted-waiting');
  await button(host, 'Start').click();
  for (const page of [host, hannah.page]) {
    await inRoom(page);
    await expect(page.getByRole('figure')).toHaveCount(2);
    await expectVideo(page);
    await expectSound(page);
  }

  // Both have the same numbers.
  for (const page of [host, hannah.page]) await button(page, 'End-to-end encrypted').click();
  const [[theirs], [hers]] = [await codes(host), await codes(hannah.page)];
  expect([theirs?.[0], hers?.[0]]).toEqual([hannah.person.name, maya.name]);
  expect(theirs?.[1]).toEqual(hers?.[1]);
  await glimpses(host, 'room-encrypted-codes');

  // Whispers are sealed too.
  await button(host, 'Chat').click();
  await host.getByLabel('To', { exact: true }).selectOption({ label: `Only ${hannah.person.name}` });
  await host.getByLabel(`Only ${hannah.person.name}`).fill('Under four eyes');
  await host.keyboard.press('Enter');
  await button(hannah.page, 'Chat, 1 new').click();
  await expect(hannah.page.getByText('Under four eyes')).toBeVisible();

  // A program with somebody's token and no key.
  const roomId = new URL(host.url()).pathname.split('/').at(-1) ?? '';
  const token = await signIn(server, eve);
  await post(server, token, `/api/consultations/${roomId}/arrive`, {});
  await button(host, 'Show').click();
  await button(host, `Admit ${eve.name}`).click();
  await expect.poll(async () => (await post(server, token, `/api/consultations/${roomId}/token`, {}))['code']).toBe('consultation_encryption');
  const ticket = await post(server, token, `/api/consultations/${roomId}/token`, { encrypted: true });
  const spy = await Guest.join(ticket as { url: string; token: string });
  const seen = await spy.watch([0xc0, 0x18, 0x18]);
  await spy.sound();
  await expect(tile(host, eve.name).getByText('No common key yet')).toBeVisible({ timeout: 20_000 });
  await glimpses(host, 'room-encrypted-sealed');
  // The first bytes of a picture are in the clear, for LiveKit to know its kind: a decoder may make a few out of the noise that follows, but not what was sent.
  const { frames, alike } = await seen();
  expect(alike, `of ${frames} pictures`).toBe(0);
  expect(frames).toBeLessThan(10);
  await button(host, `More about ${eve.name}`).click();
  await button(host, 'Remove').click();
  await expect(tile(host, eve.name)).not.toBeAttached();
  await spy.leave();

  // A guest is handed the key as everybody is; where their browser can't encrypt they are told so, and stay out.
  await button(host, 'Invite a guest').click();
  await button(host, 'Make a link').click();
  const link = new URL(await host.getByLabel('Link for one guest').inputValue()).pathname;
  await host.keyboard.press('Escape');
  const guests = await browser.newContext({ baseURL: server.url(), permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  await watchMedia(guests);
  const guest = await guests.newPage();
  await guest.goto(link);
  await guest.getByLabel('Your name').fill('Ana, interpreter');
  await button(guest, 'To the waiting room').click();
  await expect(guest.getByText('This consultation is end-to-end encrypted.')).toBeVisible();
  await button(host, 'Admit Ana, interpreter').click();
  await expect(guest.getByRole('figure')).toHaveCount(3, { timeout: 30_000 });
  await expectVideo(guest);
  await expectSound(guest);
  await expect(tile(host, 'Ana, interpreter').locator('video')).toBeVisible();

  // A screen is sealed as well, and a recording is of what its page could open.
  await button(host, 'More').click();
  await button(host, 'Record this consultation').click();
  await button(host, 'Ask everybody').click();
  for (const page of [hannah.page, guest]) await button(page, 'Agree to recording').click();
  await expect(host.locator('[data-recording]')).toBeVisible();
  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Share your screen' }).click();
  for (const page of [host, guest]) {
    const screen = tile(page, `${hannah.person.name}'s screen`).locator('video');
    await expect.poll(() => screen.evaluate(colourOf), { timeout: 20_000 }).toBe('green');
  }
  await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Stop sharing' }).click();
  await button(host, 'Stop recording').click();
  await expect(host.getByText('The recording is kept with this consultation.')).toBeVisible({ timeout: 20_000 });
  await guests.close();
  const old = await browser.newContext({ baseURL: server.url(), permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  await cannotEncrypt(old);
  const without = await old.newPage();
  const another = await post(server, await signIn(server, maya), `/api/consultations/${roomId}/guests`, { role: 'member' });
  await without.goto(new URL(another['url'] ?? '').pathname);
  await without.getByLabel('Your name').fill('Ida');
  await button(without, 'To the waiting room').click();
  await expect(without.getByText('This browser cannot take part in an encrypted consultation.')).toBeVisible();
  await pictures(without, 'room-encrypted-cannot-guest');
  await button(host, 'Admit Ida').click();
  await expect(without.getByText('This browser can’t encrypt')).toBeVisible();
  await pictures(without, 'room-encrypted-cannot-let-in');
  await old.close();
  await button(host, 'Close').first().click();

  // She reads elsewhere meanwhile, and the card says that it is encrypted.
  await button(hannah.page, 'Make small, and go on reading').click();
  await expect(hannah.page.getByRole('region', { name: `Consultation with ${maya.name}` }).getByText('End-to-end encrypted')).toBeAttached();
  await glimpses(hannah.page, 'room-encrypted-floating');

  // A page that was reloaded gets the key anew, the dietician's makes another.
  await hannah.page.goto(`/consultations/${roomId}`);
  await button(hannah.page, 'Join').click();
  await inRoom(hannah.page);
  for (const page of [host, hannah.page]) await expectVideo(page);
  await host.reload();
  await button(host, 'Start').click();
  await inRoom(host);
  await expect(host.getByRole('figure')).toHaveCount(2);
  for (const page of [host, hannah.page]) {
    await expectVideo(page);
    await expectSound(page);
    await expect(page.getByText('No common key yet')).not.toBeAttached();
  }

  // None of the keys went over, in whatever writing.
  const keys = overheard.flatMap((each) => each.keys);
  expect(keys.length).toBeGreaterThan(1);
  const said = overheard.flatMap((each) => each.said).join('\n');
  expect(said).toContain('"sealed"');
  for (const key of keys) {
    const bytes = Buffer.from(key, 'hex');
    for (const written of [key, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('latin1'), bytes.join(',')]) expect(said.includes(written)).toBe(false);
  }
});

/** Whether a page's connections hold a receiver for sound that nothing comes over any more, which the next who comes is given. */
const isFree = (page: Page) =>
  page.evaluate(() =>
    (window as unknown as { peerConnections: RTCPeerConnection[] }).peerConnections.some(
      (connection) =>
        connection.connectionState === 'connected' &&
        connection.getTransceivers().some(({ receiver, currentDirection }) => receiver.track.kind === 'audio' && currentDirection === 'inactive'),
    ),
  );

test('who goes out of an encrypted consultation and comes back is heard and seen as before', async ({ server, visit }) => {
  const maya = await visit('Maya Lindqvist', 'dietician');
  const hannah = await visit('Hannah Weiss', 'patient');
  const failures: string[] = [];
  maya.page.on('pageerror', ({ message }) => failures.push(message));
  const where = await openRoom(server, maya, [hannah], { encrypted: true });
  const tones = [[maya.page, 1200], [hannah.page, 450]] as const;
  for (const [{ page }, name, tone] of [[maya, 'Start', 450], [hannah, 'Join', 1200]] as const) {
    await withFace(page, tone, '#c01818');
    await page.getByRole('link', { name: /Consultations/ }).click();
    await button(page, 'Join').click();
    await expect(page).toHaveURL(new RegExp(where));
    await button(page, name).click();
    await inRoom(page);
  }
  for (const [page, tone] of tones) await expectTone(page, tone);
  for (let time = 0; time < 2; time += 1) {
    await hannah.page.getByRole('toolbar').getByRole('button', { name: 'Leave' }).click();
    await expect(maya.page.getByRole('figure')).toHaveCount(1);
    await expect.poll(() => isFree(maya.page)).toBe(true);
    await button(hannah.page, 'Come back').click();
    await inRoom(hannah.page);
    await expect(maya.page.getByRole('figure')).toHaveCount(2);
    for (const [page, tone] of tones) {
      await expectTone(page, tone);
      await expectVideo(page);
    }
  }
  expect(failures).toEqual([]);
});
