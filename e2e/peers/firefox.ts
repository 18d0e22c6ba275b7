import { firefox, type Browser } from '@playwright/test';
import { access, constants } from 'node:fs/promises';
import { watchMedia } from '../browser/media.js';
import { expect, type Visitor } from '../browser/people.js';
import type { Person, Server } from '../server.js';

const executablePath = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';

/** Why there is no Firefox to be had, if so. */
export async function missing(): Promise<string | undefined> {
  return access(executablePath, constants.X_OK).then(
    () => undefined,
    () => `no Firefox at ${executablePath}`,
  );
}

/** Debian's own Firefox by WebDriver BiDi, with a camera and a microphone that are made up. */
export function launch(): Promise<Browser> {
  return firefox.launch({
    channel: 'moz-firefox',
    executablePath,
    firefoxUserPrefs: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      // Host candidates as addresses: nobody here resolves names of mDNS.
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.peerconnection.ice.loopback': true,
    },
  });
}

/**
 * Firefox without a display has no screen to give, so a canvas that moves stands in for it: what is tried is all that comes
 * after `getDisplayMedia`.
 */
function shareCanvas(): void {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const context = canvas.getContext('2d');
    if (!context) throw new DOMException('', 'NotReadableError');
    let step = 0;
    const timer = setInterval(() => {
      context.fillStyle = `hsl(${(step += 7) % 360} 80% 50%)`;
      context.fillRect(0, 0, 1280, 720);
      if (stream.getTracks().every(({ readyState }) => readyState === 'ended')) clearInterval(timer);
    }, 100);
    const stream = canvas.captureStream(10);
    return stream;
  };
}

/** By keys: what `fill` does by BiDi is no change to React. */
export async function signIn(browser: Browser, server: Server, person: Person): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: server.url() });
  await watchMedia(context);
  await context.addInitScript(shareCanvas);
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('E-mail').pressSequentially(person.email);
  await page.getByLabel('Password', { exact: true }).pressSequentially(person.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation').first()).toBeVisible();
  return { person, context, page };
}
