import type { BrowserContext, Page } from '@playwright/test';
import { Guest } from '../livekit/support.mjs';
import type { Person, Server } from '../server.js';
import { glimpses } from './gallery.js';
import { test } from './livekit.js';
import { expectSound, expectVideo } from './media.js';
import { expect } from './people.js';

test.describe.configure({ timeout: 120_000 });
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

test('an encrypted consultation is seen and heard by who was handed the key, and by nobody else', async ({ server, visit, person }) => {
  const { page: host, context, person: maya } = await visit('Maya Lindqvist', 'dietician');
  const hannah = await visit('Hannah Weiss', 'patient');
  const eve = await person('Eve', 'patient');
  const overheard = [await overhear(context), await overhear(hannah.context)];
  for (const page of [host, hannah.page]) await page.reload();

  await host.getByRole('link', { name: 'Consultations' }).click();
  await button(host, 'Invite patients').click();
  for (const { name } of [hannah.person, eve]) await host.getByRole('checkbox', { name }).check();
  await host.getByRole('checkbox', { name: /End-to-end encrypted/ }).check();
  await glimpses(host, 'room-encrypted-invite');
  await button(host, 'Open and invite').click();
  await expect(host.getByRole('checkbox', { name: /End-to-end encrypted/ })).toBeChecked();
  await glimpses(host, 'room-encrypted-lobby');
  await hannah.page.getByRole('link', { name: /Consultations/ }).click();
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
  const seen = await spy.watch();
  await spy.sound();
  await expect(tile(host, eve.name).getByText('No common key yet')).toBeVisible({ timeout: 20_000 });
  await glimpses(host, 'room-encrypted-sealed');
  // The first bytes of a picture are in the clear, for LiveKit to know its kind: a decoder may make a few out of the noise that follows. With the key it is ten a second.
  expect(await seen()).toBeLessThan(10);
  await button(host, `More about ${eve.name}`).click();
  await button(host, 'Remove').click();
  await expect(tile(host, eve.name)).not.toBeAttached();
  await spy.leave();

  // A page that was reloaded gets the key anew, the dietician's makes another.
  await hannah.page.reload();
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
