import type { Page } from '@playwright/test';
import { pair } from './pair.js';
import { expect, test } from './people.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const mic = (page: Page) => button(page, 'Record a voice note');
const timer = (page: Page) => page.getByRole('timer');

test('a voice note is recorded, listened to, sent, and played by the other', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  await mic(mia.page).click();
  await expect(timer(mia.page)).toHaveText('0:03');
  await button(mia.page, 'Stop and listen').click();
  await expect(mia.page.getByRole('slider', { name: 'Position' })).toHaveAttribute('aria-valuemax', /[34]/);
  await button(mia.page, 'Listen').click();
  await expect(mia.page.getByRole('slider', { name: 'Position' })).not.toHaveAttribute('aria-valuenow', '0');
  await button(mia.page, 'Send the voice note').click();

  const note = messages(lena.page).getByRole('group', { name: `Voice note from ${mia.person.name}` });
  await expect(note.getByText('Not listened to yet')).toBeAttached();
  await expect(lena.page.getByRole('link', { name: mia.person.name }).first()).toContainText('Voice note');
  const position = note.getByRole('slider', { name: 'Position' });
  await note.getByRole('button', { name: 'Play' }).click();
  await expect(note.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(position).not.toHaveAttribute('aria-valuenow', '0');
  await note.getByRole('button', { name: 'Speed: 1', exact: true }).click();
  await expect(note.getByRole('button', { name: 'Speed: 1.5' })).toBeVisible();
  await expect(note.getByRole('button', { name: 'Play' })).toBeVisible();
  await expect(note.getByText('Not listened to yet')).toHaveCount(0);
  await position.focus();
  await lena.page.keyboard.press('End');
  await expect(position).toHaveAttribute('aria-valuetext', /^(0:0[34]) of \1$/);
  await lena.page.keyboard.press('Home');
  await expect(position).toHaveAttribute('aria-valuenow', '0');
  // It has sound in it, and says how long it is.
  const heard = await lena.page.evaluate(async () => {
    const entries = performance.getEntriesByType('resource').map(({ name }) => name);
    const address = entries.findLast((name) => name.includes('.webm') || name.includes('/files/') || name.includes('/objects/') || name.includes('/uploads/'));
    if (!address) return null;
    const bytes = await (await fetch(address)).arrayBuffer();
    const decoded = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(bytes.slice(0));
    const audio = new Audio(URL.createObjectURL(new Blob([bytes], { type: 'audio/webm' })));
    await new Promise((done) => audio.addEventListener('loadedmetadata', done));
    return { loudest: decoded.getChannelData(0).reduce((most, value) => Math.max(most, value), 0), duration: audio.duration };
  });
  expect(heard?.loudest).toBeGreaterThan(0.05);
  expect(heard?.duration).toBeGreaterThan(2.5);
  expect(heard?.duration).toBeLessThan(6);
});

test('held, it is sent when it is let go', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const box = (await mic(mia.page).boundingBox())!;
  await mia.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await mia.page.mouse.down();
  await expect(timer(mia.page)).toHaveText('0:01');
  await mia.page.mouse.up();
  await expect(messages(lena.page).getByRole('group', { name: `Voice note from ${mia.person.name}` })).toHaveCount(1);
});
