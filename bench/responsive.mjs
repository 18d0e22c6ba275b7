// (h) How soon the page answers a key or a press, in a conversation of 10,000 messages, on a processor four times slower.
// What a person meets: the time from an event to the paint that follows it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, median, start } from './lib.mjs';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('@playwright/test');
const moodbites = process.env.MOODBITES_BIN ?? new URL('../target/release/moodbites', import.meta.url).pathname;
const MANY = Number(process.argv[2] ?? 10_000);
const SLOWER = Number(process.argv[3] ?? 4);
const PASSWORD = 'correct horse battery';
const WORDS = ['Porridge with apple.', 'Then a walk of half an hour along the river, since it did not rain.', 'Two slices of bread with cheese, and tomatoes from the balcony.', 'Slept well!'];

const data = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
for (const [name, role] of Object.entries({ Lena: 'dietician', Mia: 'patient', Ben: 'patient' })) {
  execFileSync(moodbites, ['user', 'add', '--data', data, '--name', name, '--email', `${name}@example.org`, '--role', role, '--password', PASSWORD]);
}
const listen = ['--listen', 'web=127.0.0.1:0', ...['accounts', 'chat', 'calls'].flatMap((role) => ['--listen', `${role}=off`])];
const server = await start(moodbites, ['serve', '--data', data, ...listen], { MOODBITES_LOG: 'error', MOODBITES_LIMITS: 'off' });
const writers = {};
for (const name of ['Lena', 'Mia']) {
  const answer = await fetch(`http://${server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${name}@example.org`, password: PASSWORD }),
  });
  const { accessToken: token, user } = await answer.json();
  writers[name] = { id: user._id, client: await Client.connect(server.address, { token, deviceId: `bench-${name}` }) };
}
const { Lena, Mia } = writers;
const say = (from, to, n) => from.client.ask('send-message', { clientMessageId: `b${n}`, receiverId: to.id, message: `${n}. ${WORDS[n % 4]}`, messageType: 'text' });
for (let n = 0; n < MANY; n += 32) await Promise.all(Array.from({ length: Math.min(32, MANY - n) }, (_, i) => ((n + i) % 3 ? say(Mia, Lena, n + i) : say(Lena, Mia, n + i))));
Lena.client.close();

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ baseURL: `http://${server.address}`, viewport: { width: 1280, height: 800 } });
await page.goto('/');
await page.getByLabel('E-mail').fill('Lena@example.org');
await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('link', { name: 'Mia' }).first().click();
const messages = page.getByLabel('Messages', { exact: true });
await messages.waitFor();
// Back to the beginning, page by page, so that all of it is in the page.
while (!(await page.getByText('The beginning of your conversation').isVisible())) {
  await messages.evaluate((list) => list.scrollTo(0, 0));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
await page.getByRole('button', { name: /^Go to the latest message/ }).click();
await messages.getByText(`${MANY - 1}. `).waitFor();

const devtools = await page.context().newCDPSession(page);
await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
// The browser's own Event Timing gives keys that come without a keyboard the time of a later frame, so the next paint is looked
// for by hand: a message behind the next animation frame.
await page.evaluate(() => {
  window.measured = [];
  for (const name of ['keydown', 'click']) {
    addEventListener(name, ({ timeStamp }) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.measured.push(performance.now() - timeStamp);
        port2.postMessage(null);
      });
    }, true);
  }
});
await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
/** Milliseconds that the page's thread has had the processor: what a busy machine does not change. */
const busy = async () => 1000 * (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
async function measure(act) {
  const before = await busy();
  await act();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300))));
  return { took: await page.evaluate(() => window.measured.splice(0)), used: (await busy()) - before };
}

const composer = page.getByRole('textbox', { name: 'Message to Mia' });
let written = MANY;
const rows = {
  'a key in the field': () => composer.pressSequentially('Thank you, that is a lot of porridge. ', { delay: 120 }),
  'a key while messages come in': async () => {
    const coming = (async () => {
      for (let n = 0; n < 10; n++) await say(Mia, Lena, written++);
    })();
    await composer.pressSequentially('And how was the walk along the river?', { delay: 120 });
    await coming;
  },
  'Enter, which sends': async () => {
    for (let n = 0; n < 10; n++) {
      await composer.fill(`Answer ${n}`);
      await page.keyboard.press('Enter');
      await messages.getByText(`Answer ${n}`).waitFor();
    }
  },
  'the menu of a message, and a reaction': async () => {
    for (let n = 0; n < 10; n++) {
      await messages.getByRole('button', { name: /more$/ }).last().click();
      await page.getByRole('dialog').getByRole('button', { name: ['👍', '❤️'][n % 2] }).click();
    }
  },
  'another conversation, and back': async () => {
    for (let n = 0; n < 5; n++) {
      await page.getByRole('link', { name: 'Ben' }).first().click();
      await page.getByRole('textbox', { name: 'Message to Ben' }).waitFor();
      await page.getByRole('link', { name: 'Mia' }).first().click();
      await messages.getByText('Answer 9').waitFor();
    }
  },
};
const all = [];
console.log(`\n| ${MANY.toLocaleString('en')} messages, processor ${SLOWER}× slower | interactions | median ms | slowest ms | processor ms each |\n| --- | --- | --- | --- | --- |`);
for (const [name, act] of Object.entries(rows)) {
  const { took, used } = await measure(act);
  all.push(...took);
  console.log(`| ${name} | ${took.length} | ${Math.round(median(took) ?? 0)} | ${Math.round(Math.max(0, ...took))} | ${Math.round(used / took.length)} |`);
}

// Scrolling: how late the frames are while a wheel turns through the conversation.
await page.evaluate(() => {
  window.frames = [];
  let before = performance.now();
  requestAnimationFrame(function next(now) {
    window.frames.push(now - before);
    before = now;
    requestAnimationFrame(next);
  });
});
const box = await messages.boundingBox();
await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
for (let n = 0; n < 60; n++) await page.mouse.wheel(0, -400);
const frames = await page.evaluate(() => window.frames.slice(1));
console.log(`| a frame while scrolling | ${frames.length} | ${Math.round(median(frames))} | ${Math.round(Math.max(...frames))} | |`);
all.sort((a, b) => a - b);
console.log(`\ninteraction to next paint, at the 98th percentile: ${Math.round(all[Math.min(all.length - 1, Math.floor(all.length * 0.98))])} ms of ${all.length}`);
await browser.close();
Mia.client.close();
await server.stop();
rmSync(data, { recursive: true, force: true });
