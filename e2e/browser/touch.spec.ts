import type { Locator, Page } from '@playwright/test';
import { picture } from './gallery.js';
import { expect, test, type Visitor } from './people.js';
import { photo } from './pictures.js';

/** A phone, at night. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, colorScheme: 'dark' } as const;

const messages = (page: Page) => page.getByLabel('Messages', { exact: true });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const field = (page: Page, name: string) => page.getByLabel(`Message to ${name}`);

interface Finger {
  down: (at: Locator) => Promise<void>;
  move: (dx: number, dy: number) => Promise<void>;
  up: () => Promise<void>;
}

/** A finger as the browser gets it, through its recognition of gestures. */
async function fingerOn({ page, context }: Visitor): Promise<Finger> {
  const devtools = await context.newCDPSession(page);
  let at = { x: 0, y: 0 };
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd') => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [at] });
  return {
    down: async (place) => {
      await place.scrollIntoViewIfNeeded();
      const box = (await place.boundingBox())!;
      at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      await send('touchStart');
    },
    move: async (dx, dy) => {
      at = { x: at.x + dx, y: at.y + dy };
      await send('touchMove');
    },
    up: async () => void (await send('touchEnd')),
  };
}

/** A finger that stays, and trembles as fingers do. */
async function longPress(page: Page, finger: Finger, at: Locator): Promise<void> {
  await finger.down(at);
  await finger.move(2, -3);
  await expect(page.getByRole('dialog')).toBeVisible();
  await finger.up();
  await expect(page.getByRole('dialog')).toBeVisible();
}

/** Everything that can be pressed is hit within 22 px of its middle, but for links within a text. */
async function expectReachable(page: Page, where: string): Promise<void> {
  const missed = await page.evaluate(() => {
    const pressed = 'button, a[href], input:not([type=hidden]), textarea, select, [role=slider]';
    const seen = [...document.querySelectorAll<HTMLElement>(pressed)].filter((element) => {
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      // What is covered or is for screen readers alone is no target; a hidden input has its label.
      return box.width > 1 && box.height > 1 && style.pointerEvents !== 'none' && middle !== null && (element.contains(middle) || middle.contains(element)) && !element.closest('p');
    });
    return seen.flatMap((element) => {
      const target = element.matches('label input') ? (element.closest('label') as HTMLElement) : element;
      const { left, top, width, height } = target.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const reached = [[0, -21], [0, 21], [-21, 0], [21, 0]].every(([dx = 0, dy = 0]) => {
        if (x + dx < 0 || y + dy < 0 || x + dx >= innerWidth || y + dy >= innerHeight) return true;
        const hit = document.elementFromPoint(x + dx, y + dy);
        return hit !== null && (target.contains(hit) || hit.contains(target) === false && target.closest('label')?.contains(hit) === true);
      });
      return reached ? [] : [`${target.tagName} "${target.getAttribute('aria-label') ?? target.textContent}" ${Math.round(width)}×${Math.round(height)}`];
    });
  });
  expect.soft(missed, where).toEqual([]);
}

test('a conversation on a phone, by touch alone', async ({ visit }) => {
  test.setTimeout(120_000);
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient', PHONE);
  const { page } = mia;
  const finger = await fingerOn(mia);
  await lena.page.getByRole('link', { name: mia.person.name }).first().click();
  await expectReachable(page, 'the list');
  await page.getByRole('link', { name: lena.person.name }).first().tap();
  await field(page, lena.person.name).tap();
  await page.keyboard.type('Is brown bread');
  await page.keyboard.press('Enter');
  await page.keyboard.type('better than white?');
  await button(page, 'Send').tap();
  await expect(messages(lena.page).getByText('better than white?')).toBeVisible();
  await field(lena.page, mia.person.name).fill('Mostly. It keeps you full for longer.');
  await lena.page.keyboard.press('Enter');

  const theirs = messages(page).getByText('Mostly. It keeps').first();
  await theirs.tap();
  await expect(page.getByRole('dialog')).toBeHidden();
  // Moving is scrolling.
  await finger.down(theirs);
  await finger.move(0, -40);
  await finger.up();
  await longPress(page, finger, theirs);
  await expectReachable(page, 'the menu');
  await picture(page, 'touch-menu');
  await button(page, 'Reply').tap();
  await page.keyboard.type('Then brown it is');
  await button(page, 'Send').tap();
  await expect(messages(lena.page).getByRole('button', { name: /^Answer to You: Mostly/ })).toBeVisible();
  await longPress(page, finger, theirs);
  await button(page, '👍').tap();
  await expect(messages(lena.page).getByRole('button', { name: `👍 by ${mia.person.name}` })).toBeVisible();
  await expectReachable(page, 'the conversation');
  await picture(page, 'touch-conversation');

  await longPress(page, finger, messages(page).getByText('Then brown it is'));
  await button(page, 'Edit').tap();
  await field(page, lena.person.name).fill('Then brown it is.');
  await expectReachable(page, 'editing');
  await button(page, 'Save the change').tap();
  await expect(messages(lena.page).getByText('Then brown it is.')).toBeVisible();

  await page.locator('input[type=file]').setInputFiles({ name: 'bread.jpg', mimeType: 'image/jpeg', buffer: await photo(page, { width: 800, height: 600, orientation: 1 }) });
  await expectReachable(page, 'before a picture is sent');
  await button(page, 'Send 1 file').tap();
  const mine = messages(page).getByRole('button', { name: 'Open your picture' });
  await expect(messages(lena.page).getByRole('button', { name: /^Open the picture/ })).toBeVisible();
  // A picture is opened by a tap; a finger that stays asks what to do with it.
  await longPress(page, finger, mine);
  await button(page, 'Delete for everyone').tap();
  await button(page, 'Delete').tap();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(messages(lena.page).getByText('This message was deleted')).toBeVisible();

  await finger.down(button(page, 'Record a voice note'));
  await expect(page.getByRole('timer')).toHaveText(/^0:(0[1-9]|1\d)$/);
  await finger.up();
  await expect(messages(lena.page).getByRole('group', { name: `Voice note from ${mia.person.name}` })).toBeVisible();
  await expectReachable(page, 'a voice note');
  await button(page, 'Back to all conversations').tap();
  await expect(page.getByRole('link', { name: lena.person.name }).first()).toContainText('Voice note');
  await page.getByRole('link', { name: 'Settings' }).first().tap();
  await expectReachable(page, 'settings');
  await picture(page, 'touch-settings');
});

test('a voice note under a finger is put away by sliding, and locked by sliding up', async ({ visit }) => {
  const lena = await visit('Lena Brandt', 'dietician');
  const mia = await visit('Mia Jones', 'patient', PHONE);
  const { page } = mia;
  const finger = await fingerOn(mia);
  await page.getByRole('link', { name: lena.person.name }).first().tap();
  const record = async (dx: number, dy: number) => {
    await finger.down(button(page, 'Record a voice note'));
    await expect(page.getByRole('timer')).toHaveText(/^0:(0[1-9]|1\d)$/);
    for (let step = 0; step < 5; step += 1) await finger.move(dx / 5, dy / 5);
    await finger.up();
  };
  await record(-120, 0);
  await expect(field(page, lena.person.name)).toBeVisible();
  await record(0, -90);
  await expect(button(page, 'Stop and listen')).toBeVisible();
  await expectReachable(page, 'recording');
  await button(page, 'Stop and listen').tap();
  await expectReachable(page, 'before it is sent');
  await button(page, 'Delete the recording').tap();
  await expect(messages(page)).toHaveCount(0);
});
