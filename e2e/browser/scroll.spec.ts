import type { Page } from '@playwright/test';
import { Server } from '../server.js';
import { expect, signIn, test as base, type Visitor } from './people.js';
import { writer, type Writer } from './writer.js';

const MANY = Number(process.env['MESSAGES'] ?? 1200);
const WORDS = ['Porridge with apple.', 'Then a walk of half an hour along the river, since it did not rain.', 'Two slices of bread with cheese, and tomatoes from the balcony.', 'Slept well!'];

/** A dietician and a patient who have written to each other for years. */
const test = base.extend<{}, { practice: Server }>({
  practice: [
    async ({}, use) => {
      const server = await Server.start({ MOODBITES_LIMITS: 'off' });
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
});

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });

/** Where rows of the list stand, by their text, seen from the window. */
const places = (page: Page) =>
  messages(page).evaluate((list) => {
    const { top, bottom } = list.getBoundingClientRect();
    return Object.fromEntries(
      [...list.querySelectorAll('li')]
        .map((row) => [row.textContent ?? '', row.getBoundingClientRect()] as const)
        .filter(([, place]) => place.bottom > top && place.top < bottom)
        .map(([text, place]) => [text, place.top]),
    );
  });

let lena: Visitor;
let mia: Writer;
let miaId = '';
let lenaId = '';

test.beforeEach(async ({ practice, browser }, info) => {
  test.setTimeout(180_000);
  const password = 'correct horse battery';
  const key = `${info.workerIndex}-${info.testId}`.slice(-8);
  const dietician = await practice.add({ name: `Lena ${key}`, email: `lena-${key}@example.org`, password, role: 'dietician' });
  const patient = await practice.add({ name: `Mia ${key}`, email: `mia-${key}@example.org`, password, role: 'patient' });
  mia = await writer(practice, patient.email, password);
  const hers = await writer(practice, dietician.email, password);
  lenaId = await mia.contact(dietician.name);
  miaId = await hers.contact(patient.name);
  for (let from = 0; from < MANY; from += 200) {
    const numbers = Array.from({ length: Math.min(200, MANY - from) }, (_, i) => from + i);
    await Promise.all(numbers.map((n) => (n % 3 ? mia.send(lenaId, `${n}. ${WORDS[n % 4]}`, `m-${key}-${n}`) : hers.send(miaId, `${n}. ${WORDS[n % 4]}`, `m-${key}-${n}`))));
  }
  hers.close();
  lena = await signIn(browser, practice, dietician);
});

test.afterEach(async () => {
  mia.close();
  await lena.context.close();
});

test('what is read stands still while older messages come, and newer ones', async () => {
  const { page } = lena;
  await page.goto(`/chats/${miaId}`);
  await expect(messages(page)).toBeVisible();
  const jump = page.getByRole('button', { name: /^Go to the latest message/ });
  await expect(page.getByText('New', { exact: true })).toBeVisible();
  await expect(jump).toBeVisible();
  await jump.click();
  await expect(jump).toBeHidden();

  // A jump to rows that were never painted corrects their guessed heights in its first frames; what is read stands by then.
  await page.route('**/entries?*', async (route) => {
    await page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
    await route.continue();
  });

  // Every frame: how far a row that was in view in the frame before has moved but for the scrolling itself.
  await messages(page).evaluate((list) => {
    const state = { worst: 0, text: '', compared: 0 };
    Object.assign(window, { shift: state });
    let before = new Map<string, number>();
    let scrolled = list.scrollTop;
    let height = list.scrollHeight;
    const frame = () => {
      const now = new Map([...list.querySelectorAll('li')].map((row) => [row.textContent ?? '', row.getBoundingClientRect().top]));
      const added = list.scrollHeight - height;
      const moved = list.scrollTop - scrolled;
      // Only frames in which rows were added: the person's own scrolling moves rows, and is meant to.
      if (added > 400) {
        for (const [text, top] of before) {
          const later = now.get(text);
          if (later === undefined || text === '') continue;
          if (top < 64 || top > innerHeight) continue;
          state.compared += 1;
          const shift = Math.abs(later - top);
          if (shift > state.worst) Object.assign(state, { worst: shift, text: `${text.slice(0, 30)} +${added} scrolled ${moved}` });
        }
      }
      before = now;
      scrolled = list.scrollTop;
      height = list.scrollHeight;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  for (let page10 = 0; page10 < 6; page10++) {
    const height = await messages(page).evaluate((list) => list.scrollHeight);
    await messages(page).evaluate((list) => list.scrollTo(0, 200));
    await expect.poll(() => messages(page).evaluate((list) => list.scrollHeight)).toBeGreaterThan(height + 400);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  const shift = await page.evaluate(() => (window as unknown as { shift: { worst: number; text: string; compared: number } }).shift);
  console.log('worst shift while older pages came:', shift);
  expect(shift.compared).toBeGreaterThan(10);
  expect(shift.worst).toBeLessThanOrEqual(1);

  const before = await places(page);
  await mia.send(lenaId, 'And one more, while she reads.', 'one-more');
  await expect(page.getByRole('button', { name: 'Go to the latest message, 1 unread' })).toBeVisible();
  const after = await places(page);
  for (const [text, top] of Object.entries(before)) expect(Math.abs((after[text] ?? top) - top), text).toBeLessThanOrEqual(1);
  await jump.click();
  await expect(messages(page).getByText('And one more, while she reads.')).toBeInViewport();
  await expect(jump).toBeHidden();
});

test('a long conversation opens and takes typing at once', async () => {
  const { page } = lena;
  await page.goto('/chats');
  const row = page.getByRole('link', { name: /Mia/ }).first();
  await expect(row).toBeVisible();
  // Processor time, since what else the machine has to do is no fault of the page.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => 1000 * ((await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
  const started = Date.now();
  await row.click();
  await expect(messages(page).getByText(/^\d+\. /).last()).toBeVisible();
  const opened = Date.now() - started;
  const text = 'Thank you, that is a lot of porridge.';
  const before = await busy();
  await page.getByRole('textbox', { name: /^Message to/ }).pressSequentially(text);
  const perKey = ((await busy()) - before) / text.length;
  await page.keyboard.press('Enter');
  await expect(messages(page).getByText('a lot of porridge')).toBeVisible();
  console.log(`${MANY} messages: opened in ${opened} ms, ${perKey.toFixed(1)} ms of processor time a key`);
  expect(perKey).toBeLessThan(50);
});
