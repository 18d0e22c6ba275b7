import type { Page } from '@playwright/test';
import { io } from 'socket.io-client';
import { pair } from './pair.js';
import { expect, test } from './people.js';

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const mic = (page: Page) => button(page, 'Record a voice note');
const timer = (page: Page) => page.getByRole('timer');
// Whoever looks is late at times.
const AT_LEAST_1_S = /^0:(0[1-9]|1\d)$/;
const AT_LEAST_5_S = /^0:(0[5-9]|1\d)$/;

test('a voice note is recorded, listened to, sent, and played by the other', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  await mic(mia.page).click();
  await expect(timer(mia.page)).toHaveText(AT_LEAST_5_S);
  await button(mia.page, 'Stop and listen').click();
  await expect(mia.page.getByRole('slider', { name: 'Position' })).toHaveAttribute('aria-valuemax', /^([5-9]|\d\d)$/);
  await button(mia.page, 'Listen').click();
  await expect(mia.page.getByRole('slider', { name: 'Position' })).not.toHaveAttribute('aria-valuenow', '0');
  await button(mia.page, 'Send the voice note').click();

  const note = messages(lena.page).getByRole('group', { name: `Voice note from ${mia.person.name}` });
  await expect(note.getByText('Not listened to yet')).toBeAttached();
  await expect(lena.page.getByRole('link', { name: mia.person.name }).first()).toContainText('Voice note');
  const position = note.getByRole('slider', { name: 'Position' });
  await note.getByRole('button', { name: 'Play' }).click();
  await expect(position).not.toHaveAttribute('aria-valuenow', '0');
  await note.getByRole('button', { name: 'Pause' }).click();
  await note.getByRole('button', { name: 'Speed: 1', exact: true }).click();
  await expect(note.getByRole('button', { name: 'Speed: 1.5' })).toBeVisible();
  await note.getByRole('button', { name: 'Play' }).click();
  await expect(position).toHaveAttribute('aria-valuenow', '0');
  await expect(note.getByRole('button', { name: 'Play' })).toBeVisible();
  await expect(note.getByText('Not listened to yet')).toHaveCount(0);
  await position.focus();
  await lena.page.keyboard.press('End');
  await expect(position).toHaveAttribute('aria-valuetext', /^(0:[01]\d) of \1$/);
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
  expect(heard?.duration).toBeGreaterThan(4.5);
  expect(heard?.duration).toBeLessThan(20);
});

test('held, it is sent when it is let go', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const box = (await mic(mia.page).boundingBox())!;
  await mia.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await mia.page.mouse.down();
  await expect(timer(mia.page)).toHaveText(AT_LEAST_1_S);
  await mia.page.mouse.up();
  await expect(messages(lena.page).getByRole('group', { name: `Voice note from ${mia.person.name}` })).toHaveCount(1);
});

test('a voice note that came without its length says it once it is known', async ({ visit, server }) => {
  const { lena, mia } = await pair(visit);
  // As older apps record: a stream that does not say how long it is.
  const recorded = await mia.page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const recorder = new MediaRecorder(stream, { mimeType: 'audio/webm' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start(200);
    await new Promise((done) => setTimeout(done, 2500));
    await new Promise((done) => {
      recorder.onstop = done;
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return Array.from(bytes);
  });
  const bytes = new Uint8Array(recorded);
  const headers = { 'content-type': 'application/json' };
  const session = await fetch(`${server.url()}/api/session`, { method: 'POST', headers, body: JSON.stringify(mia.person) });
  const { accessToken: token } = (await session.json()) as { accessToken: string };
  const form = new FormData();
  form.append('uploadId', 'an-old-note');
  form.append('kind', 'audio');
  form.append('file', new File([bytes], 'note.webm', { type: 'audio/webm' }));
  const uploaded = await fetch(`${server.url()}/api/uploads`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  const { publicId } = (await uploaded.json()) as { publicId: string };
  // The sound is slow to come.
  let deliver = () => {};
  const held = new Promise<void>((done) => (deliver = done));
  await lena.page.route(`**/api/uploads/${publicId}*`, async (route) => {
    await held;
    await route.continue();
  });
  const socket = io(server.url(), { auth: { token, deviceId: 'an-old-phone' }, transports: ['websocket'] });
  const [, receiverId] = /chats\/([0-9a-f]{24})/.exec(mia.page.url()) ?? [];
  await socket.timeout(10_000).emitWithAck('send-message', { clientMessageId: 'an-old-note', receiverId, message: '', messageType: 'audio', audioPublicId: publicId });
  socket.disconnect();

  const note = messages(lena.page).getByRole('group', { name: `Voice note from ${mia.person.name}` });
  await expect(note.getByText('Length not known yet')).toBeAttached();
  deliver();
  await expect(note.getByText(/^0:0[23]$/)).toBeVisible();
  await expect(note.getByRole('slider', { name: 'Position' })).toHaveAttribute('aria-valuetext', /^0:00 of 0:0[23]$/);
});
