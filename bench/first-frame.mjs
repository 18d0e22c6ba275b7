// (d) From pressing Accept to the first remote picture, in two contexts of one Chromium with fake cameras, over loopback.
// It is what a person waits for: signalling, permission, camera, ICE, DTLS, the first key frame, decoding and painting.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, start } from './lib.mjs';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('@playwright/test');
const moodbites = process.env.MOODBITES_BIN ?? new URL('../target/release/moodbites', import.meta.url).pathname;
const CALLS = Number(process.argv[2] ?? 20);
const PASSWORD = 'correct horse battery';
const people = { Lena: 'dietician', Mia: 'patient' };

const data = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
for (const [name, role] of Object.entries(people)) {
  execFileSync(moodbites, ['user', 'add', '--data', data, '--name', name, '--email', `${name}@example.org`, '--role', role, '--password', PASSWORD]);
}
const listen = ['--listen', 'web=127.0.0.1:0', ...['accounts', 'chat', 'calls'].flatMap((role) => ['--listen', `${role}=off`])];
const server = await start(moodbites, ['serve', '--data', data, ...listen], { MOODBITES_LOG: 'error', MOODBITES_LIMITS: 'off' });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--allow-loopback-in-peer-connection',
  ],
});

async function signIn(name) {
  const context = await browser.newContext({ baseURL: `http://${server.address}`, permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      if (typeof data === 'string' && data.includes('"webrtc-call-request"')) globalThis.askedAt = performance.timeOrigin + performance.now();
      return send.call(this, data);
    };
  });
  await page.goto('/');
  await page.getByLabel('E-mail').fill(`${name}@example.org`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').first().waitFor();
  return page;
}

/** Resolves, in the page, to the time at which the other's picture was first painted: one with light in it, in an element that is not hidden. */
const firstFrame = (page, name) =>
  page.evaluate(
    (label) =>
      new Promise((done) => {
        const canvas = new OffscreenCanvas(16, 9).getContext('2d', { willReadFrequently: true });
        const isLit = (video) => {
          canvas.drawImage(video, 0, 0, 16, 9);
          const { data } = canvas.getImageData(0, 0, 16, 9);
          return data.reduce((sum, value, at) => (at % 4 === 3 ? sum : sum + value), 0) / (16 * 9) > 30;
        };
        let watched;
        const watch = (video) =>
          // The same element may show our own camera first; only what came over the network was received at a time.
          video.requestVideoFrameCallback((_, { receiveTime }) => {
            const at = performance.timeOrigin + performance.now();
            const isTheirs = receiveTime !== undefined && video.dataset.hidden !== 'true' && isLit(video);
            if (isTheirs) done(at);
            else watch(video);
          });
        const look = () => {
          const video = document.querySelector(`video[aria-label="${label}"]`);
          // Another may take its place meanwhile.
          if (video && video !== watched) watch((watched = video));
          requestAnimationFrame(look);
        };
        look();
      }),
    name,
  );

/** Presses it, and says when. */
const press = (button) =>
  button.evaluate((element) => {
    const at = performance.timeOrigin + performance.now();
    element.click();
    return at;
  });

const lena = await signIn('Lena');
const mia = await signIn('Mia');
await lena.reload();
await lena.getByRole('link', { name: 'Mia' }).first().click();
// The first call of a page finds its way; each that follows within two minutes goes over the same connection. So every
// other one is begun with fresh pages.
const rings = { pressed: [], asked: [] };
const times = { fresh: { callee: [], caller: [] }, again: { callee: [], caller: [] } };
for (let n = 0; n < 2 * CALLS; n++) {
  const kind = n % 2 === 0 ? 'fresh' : 'again';
  const { callee, caller } = times[kind];
  if (kind === 'fresh' && n > 0) {
    for (const page of [lena, mia]) {
      await page.reload();
      await page.getByRole('navigation').first().waitFor();
    }
  }
  const ringing = mia.evaluate(
    () =>
      new Promise((done) => {
        const look = () => {
          const shown = [...document.querySelectorAll('button')].some((button) => button.textContent === 'Accept' || button.ariaLabel === 'Accept');
          if (shown) done(performance.timeOrigin + performance.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  const called = await press(lena.getByRole('button', { name: 'Video call with Mia' }));
  const accept = mia.getByRole('button', { name: 'Accept', exact: true });
  await accept.waitFor();
  const rang = await ringing;
  rings.pressed.push(rang - called);
  rings.asked.push(rang - (await lena.evaluate(() => globalThis.askedAt)));
  // A person takes a moment to reach for the button; keys and clicks right after the ring are ignored on purpose.
  await mia.waitForTimeout(1000);
  const frames = [firstFrame(mia, 'Lena'), firstFrame(lena, 'Mia')];
  const pressed = await press(accept);
  const [atCallee, atCaller] = await Promise.all(frames);
  callee.push(atCallee - pressed);
  caller.push(atCaller - pressed);
  await mia.getByRole('button', { name: 'Leave', exact: true }).click();
  for (const page of [mia, lena]) {
    const close = page.getByRole('button', { name: 'Close', exact: true });
    await close.first().waitFor();
    await close.first().click();
    await close.first().waitFor({ state: 'hidden' });
  }
}
await browser.close();
await server.stop();
rmSync(data, { recursive: true, force: true });

const p95 = (all) => all.toSorted((a, b) => a - b)[Math.ceil(all.length * 0.95) - 1];
console.log(`\n| accept to the first remote picture, ${CALLS} of each | median ms | p95 ms | slowest |\n| --- | --- | --- | --- |`);
for (const [kind, words] of [['fresh', 'first call'], ['again', 'next call, over the same connection']]) {
  for (const [side, who] of [['callee', 'who accepted'], ['caller', 'who called']]) {
    const all = times[kind][side];
    console.log(`| ${words}, ${who} | ${[median(all), p95(all), Math.max(...all)].map(Math.round).join(' | ')} |`);
  }
}
for (const [from, all] of [['asking, once microphone and camera are open,', rings.asked], ['pressing to call, microphone and camera opened meanwhile,', rings.pressed]]) {
  console.log(`| from ${from} to the other's ring | ${[median(all), p95(all), Math.max(...all)].map(Math.round).join(' | ')} |`);
}
