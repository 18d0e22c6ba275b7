import type { Page } from '@playwright/test';
import { expectNoVideo, expectPicture, expectSound, expectVideo } from './media.js';
import { expect, signIn, test, type Visitor } from './people.js';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const inCall = (page: Page) => button(page, 'Leave');

async function call(from: Visitor, to: Visitor, kind: 'Video' | 'Phone'): Promise<void> {
  await from.page.getByRole('link', { name: to.person.name }).first().click();
  await button(from.page, `${kind} call with ${to.person.name}`).click();
}

async function answered(lena: Visitor, mia: Visitor, kind: 'Video' | 'Phone' = 'Video'): Promise<void> {
  await call(lena, mia, kind);
  await button(mia.page, 'Accept').click();
  await expect(inCall(mia.page)).toBeVisible();
  for (const { page } of [lena, mia]) await (kind === 'Video' ? expectVideo(page) : expectSound(page));
}

async function lastEntry(page: Page, text: string): Promise<void> {
  await expect(page.getByLabel('Messages', { exact: true }).getByText(text).last()).toBeVisible();
}

test('a video call: picture and sound both ways, mute, camera, hang up', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await answered(lena, mia);
  for (const { page } of [lena, mia]) {
    await expectPicture(page);
    await expectSound(page);
    await expect(page.getByText(/^0?0:\d\d$/).first()).toBeVisible();
  }
  await button(mia.page, 'Mute').click();
  await expect(button(mia.page, 'Unmute')).toBeVisible();
  await button(mia.page, 'Turn camera off').click();
  await expectNoVideo(lena.page);
  await button(mia.page, 'Turn camera on').click();
  await expectVideo(lena.page);
  await inCall(mia.page).click();
  await expect(inCall(lena.page)).toBeHidden();
  await expect(lena.page.getByText('Call ended').first()).toBeVisible();
  await button(lena.page, 'Close').click();
  await lastEntry(lena.page, 'Video call');
});

test('a phone call asks for no camera', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  for (const { page } of [lena, mia]) {
    await page.evaluate(() => {
      const asked: MediaStreamConstraints[] = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) => (asked.push(constraints ?? {}), ask(constraints));
      Object.assign(window, { asked });
    });
  }
  await answered(lena, mia, 'Phone');
  for (const { page } of [lena, mia]) {
    const asked = await page.evaluate(() => (window as unknown as { asked: MediaStreamConstraints[] }).asked);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ video }) => !video)).toBe(true);
  }
  await inCall(lena.page).click();
  await expect(inCall(mia.page)).toBeHidden();
});

test('a call that is declined', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await call(mia, lena, 'Video');
  await button(lena.page, 'Decline').click();
  await expect(mia.page.getByText(`${lena.person.name} can't talk right now`).first()).toBeVisible();
  await button(mia.page, 'Close').click();
  await lastEntry(mia.page, 'Declined');
});

test('a call that nobody takes is missed', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await call(mia, lena, 'Video');
  await expect(button(lena.page, 'Accept')).toBeVisible();
  await button(mia.page, 'Cancel').click();
  await expect(button(lena.page, 'Accept')).toBeHidden();
  await expect(lena.page.getByRole('link', { name: mia.person.name }).first()).toContainText('Missed video call');
  await expect(lena.page.getByRole('link', { name: mia.person.name }).first()).toContainText('1 unread message');
});

test('somebody who is not there sees later that they were called', async ({ visit, person, browser, server }) => {
  const mia = await visit('Mia Jones', 'patient');
  const away = await person('Otto Away', 'dietician');
  await mia.page.reload();
  await mia.page.getByRole('link', { name: away.name }).first().click();
  await button(mia.page, `Video call with ${away.name}`).click();
  await expect(mia.page.getByText(`${away.name} can't be reached right now`).first()).toBeVisible();
  const otto = await signIn(browser, server, away);
  await expect(otto.page.getByRole('link', { name: mia.person.name }).first()).toContainText('Missed video call');
  await otto.context.close();
});

test('a call is taken to another device and back, and the other hardly notices', async ({ visit, browser, server }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await answered(lena, mia);
  const phone = await signIn(browser, server, mia.person, { viewport: { width: 390, height: 780 } });
  await phone.page.getByText(`You are in a call with ${lena.person.name} on another device`).waitFor();
  await button(phone.page, 'Take it here').click();
  for (const { page } of [phone, lena]) {
    await expectVideo(page);
    await expectSound(page);
  }
  await expect(inCall(mia.page)).toBeHidden();
  await button(mia.page, 'Take it here').click();
  for (const { page } of [mia, lena]) await expectVideo(page);
  await expect(inCall(phone.page)).toBeHidden();
  await inCall(lena.page).click();
  await expect(mia.page.getByText('Call ended').first()).toBeVisible();
  await expect(phone.page.getByText('on another device')).toBeHidden();
  await phone.context.close();
});

test('a page that is reloaded in a call goes on with it', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await answered(lena, mia);
  await mia.page.reload();
  await expect(inCall(mia.page)).toBeVisible({ timeout: 20_000 });
  await expectVideo(mia.page);
  await expectVideo(lena.page);
  await lena.page.reload();
  await expect(inCall(lena.page)).toBeVisible({ timeout: 20_000 });
  await expectVideo(lena.page);
  await expectVideo(mia.page);
  await inCall(lena.page).click();
  await expect(inCall(mia.page)).toBeHidden();
});

test('a call outlives its server', async ({ visit, server }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await answered(lena, mia);
  await server.kill('SIGKILL');
  await expectVideo(lena.page);
  await server.boot();
  await expectVideo(lena.page);
  await inCall(lena.page).click();
  // Said again, if it must be, once both are connected to the server again.
  await expect(inCall(mia.page)).toBeHidden({ timeout: 30_000 });
  await button(lena.page, 'Close').click();
  await lastEntry(lena.page, 'Video call');
});

test('one device answers, the other stops ringing', async ({ visit, browser, server }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const phone = await visit('Mia Jones', 'patient');
  const laptop = await signIn(browser, server, phone.person);
  await call(lena, phone, 'Video');
  await expect(button(phone.page, 'Accept')).toBeVisible();
  await button(laptop.page, 'Accept').click();
  await expect(inCall(laptop.page)).toBeVisible();
  await expect(button(phone.page, 'Accept')).toBeHidden();
  await expect(phone.page.getByText('Answered on another device').first()).toBeVisible();
  await expectVideo(laptop.page);
  await inCall(lena.page).click();
  await expect(inCall(laptop.page)).toBeHidden();
  await laptop.context.close();
});

test('two windows of one browser: one answers, the other stops ringing', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  const second = await mia.context.newPage();
  await second.goto('/');
  await expect(second.getByRole('navigation').first()).toBeVisible();
  await call(lena, mia, 'Video');
  await expect(button(second, 'Accept')).toBeVisible();
  await expect(button(mia.page, 'Accept')).toBeVisible();
  await button(second, 'Accept').click();
  await expect(inCall(second)).toBeVisible();
  await expect(button(mia.page, 'Accept')).toBeHidden();
  await expect(mia.page.getByText('You are in a call in another tab').first()).toBeVisible();
  await expectVideo(second);
  await expectVideo(lena.page);
  await inCall(lena.page).click();
  await expect(inCall(second)).toBeHidden();
});

test('both call at once: one call', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  await mia.page.getByRole('link', { name: lena.person.name }).first().click();
  await Promise.all([
    button(lena.page, `Video call with ${mia.person.name}`).click(),
    button(mia.page, `Video call with ${lena.person.name}`).click(),
  ]);
  for (const { page } of [lena, mia]) await expectVideo(page);
  await inCall(mia.page).click();
  await expect(inCall(lena.page)).toBeHidden();
});

test('a camera that may not be used is said in plain words', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient');
  await mia.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await call(mia, lena, 'Video');
  await expect(mia.page.getByText('Your browser does not let MoodBites use the').first()).toBeVisible();
});
