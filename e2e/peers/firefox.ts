import { firefox, type Browser } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { watchMedia } from '../browser/media.js';
import { expect, type Visitor } from '../browser/people.js';
import type { Person, Server } from '../server.js';

const executablePath = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';
const xvfb = '/usr/bin/Xvfb';

/** Why there is no Firefox to be had, if so. */
export async function missing(): Promise<string | undefined> {
  for (const path of [executablePath, xvfb]) {
    const there = await access(path, constants.X_OK).then(() => true, () => false);
    if (!there) return `no ${path}`;
  }
  return undefined;
}

/** Debian's own Firefox by WebDriver BiDi, with a camera and a microphone that are made up, and a screen to share. */
export class Firefox {
  private constructor(
    readonly browser: Browser,
    private readonly display: ChildProcess,
  ) {}

  static async launch(): Promise<Firefox> {
    // It takes the first number that is free, and says which.
    const args = ['-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'];
    const display = spawn(xvfb, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const number = await new Promise<string>((done, failed) => {
      display.once('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
      createInterface({ input: display.stdout }).once('line', done);
    });
    const browser = await firefox.launch({
      channel: 'moz-firefox',
      executablePath,
      headless: false,
      env: { ...(process.env as Record<string, string>), DISPLAY: `:${number}` },
      firefoxUserPrefs: {
        'media.navigator.streams.fake': true,
        // Nobody is asked, and the first screen is the one that is shared.
        'media.navigator.permission.disabled': true,
        'media.autoplay.default': 0,
        'media.peerconnection.ice.loopback': true,
        // Nobody here resolves the names of mDNS.
        'media.peerconnection.ice.obfuscate_host_addresses': false,
      },
    });
    return new Firefox(browser, display);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.display.kill();
  }
}

/** By keys: what `fill` does by BiDi is no change to React. */
export async function signIn(browser: Browser, server: Server, person: Person): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: server.url() });
  await watchMedia(context);
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('E-mail').pressSequentially(person.email);
  await page.getByLabel('Password', { exact: true }).pressSequentially(person.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation').first()).toBeVisible();
  return { person, context, page };
}
