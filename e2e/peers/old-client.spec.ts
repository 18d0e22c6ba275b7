// Our web app in Chromium and an old client that is no browser, in one call. A call of the old client's is an offer from the
// beginning; of ours, a request first.
import type { Page } from '@playwright/test';
import { expectPicture, expectSound, expectVideo } from '../browser/media.js';
import { expect, test, type Visitor } from '../browser/people.js';
import type { Person, Server } from '../server.js';
import { missing, PythonClient } from './python.js';

const why = await missing();
if (why) console.error(`${why}: SKIPPED, not passed`);
test.skip(why !== undefined, why ?? '');

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const panel = (page: Page) => page.getByRole('region', { name: 'In this call' });

let old: PythonClient | undefined;
test.afterEach(() => old?.kill());

/** By the contract on the wire alone. */
const start = (server: Server, { email, password }: Person, more?: { call: string }) =>
  PythonClient.start('old_client.py', { accounts: server.url('accounts'), calls: server.url('calls'), email, password, ...more });

/** Voice and picture at both, and words there and back in the shape that old clients know. */
async function talk(lena: Visitor, old: PythonClient, name: string): Promise<void> {
  for (const kind of ['audio', 'video']) await old.says({ event: 'takes', kind });
  await expectVideo(lena.page);
  await expectSound(lena.page);
  await expectPicture(lena.page);
  await button(lena.page, /^Write or send files/).click();
  const field = lena.page.getByLabel(`Write to ${name} in this call`);
  await field.fill('Good morning');
  await field.press('Enter');
  const { channel, keys } = await old.says({ event: 'reads', text: 'Good morning' });
  expect({ channel, keys }).toEqual({ channel: 'chat', keys: ['sender', 'text', 'timestamp'] });
  await expect(panel(lena.page).getByText('Read by an old client').first()).toBeVisible();
}

test('our web app calls an old client', async ({ visit, person, server }) => {
  const mia = await person('Mia Jones', 'patient');
  old = await start(server, mia);
  const lena = await visit('Lena Brandt', 'dietician');
  await lena.page.getByRole('link', { name: mia.name }).first().click();
  await button(lena.page, `Video call with ${mia.name}`).click();
  await old.says({ event: 'rings', caller: lena.person.name, kind: 'video' });
  await talk(lena, old, mia.name);
  await button(lena.page, 'Leave').click();
  await old.says({ event: 'ended', by: lena.person.name });
  await old.says({ event: 'exit', code: 0 });
});

test('an old client calls our web app', async ({ visit, person, server }) => {
  const mia = await person('Mia Jones', 'patient');
  const lena = await visit('Lena Brandt', 'dietician');
  old = await start(server, mia, { call: lena.person.name });
  await button(lena.page, 'Accept').click();
  await talk(lena, old, mia.name);
  old.hangUp();
  await expect(lena.page.getByText('Call ended').first()).toBeVisible();
  await old.says({ event: 'exit', code: 0 });
});
