import type { Page } from '@playwright/test';
import { expect, test } from './people.js';

/** Presses a key until what is wanted has the focus, as a person who sees the focus ring would. */
async function reach(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const named = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      const labelled = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
      return (element?.getAttribute('aria-label') ?? labelled ?? element?.textContent ?? '').trim();
    });
  const found: string[] = [];
  // A list is as long as there are people; the tests before have left theirs.
  const presses = key.startsWith('Arrow') ? 200 : 40;
  for (let left = presses; left > 0; left--) {
    const at = await named();
    if (typeof name === 'string' ? at === name : name.test(at)) return;
    found.push(at.slice(0, 40));
    await page.keyboard.press(key);
  }
  throw new Error(`${name} can't be reached by ${key}: ${found.join(' > ')}`);
}

/** The focus is seen: something about the element is drawn that is not drawn without it. */
async function expectFocusRing(page: Page): Promise<void> {
  const outline = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element) return 'nothing';
    const around = [element, ...element.querySelectorAll('*'), ...(element.parentElement ? [element.parentElement] : [])];
    return around.map((one) => getComputedStyle(one)).some((style) => style.outlineStyle !== 'none' || style.borderTopColor !== 'rgba(0, 0, 0, 0)') ? 'ring' : 'none';
  });
  expect(outline).toBe('ring');
}

test('without a mouse: sign in, write, call, hang up', async ({ visit, person, browser, server }) => {
  const mia = await visit('Mia Jones', 'patient');
  const lena = await person('Lena Brandt', 'dietician');
  const context = await browser.newContext({ baseURL: server.url(), permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await reach(page, 'E-mail');
  await page.keyboard.type(lena.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(lena.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: mia.person.name })).toBeVisible();

  await reach(page, 'Online');
  await page.keyboard.press('Tab');
  await reach(page, new RegExp(`^.{0,3}${mia.person.name}(?! ?[IVX])`), 'ArrowDown');
  await expectFocusRing(page);
  await page.keyboard.press('Enter');
  const composer = page.getByLabel(`Message to ${mia.person.name}`);
  await expect(composer).toBeFocused();
  await page.keyboard.type('Shall we talk for a minute?');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Messages', { exact: true }).getByText('Shall we talk')).toBeVisible();

  await reach(page, `Phone call with ${mia.person.name}`, 'Shift+Tab');
  await expectFocusRing(page);
  await page.keyboard.press('Enter');
  const ring = mia.page.getByRole('button', { name: 'Accept', exact: true });
  await expect(ring).toBeFocused();
  // Keys of the first half second are of what she was writing.
  await expect(async () => {
    await mia.page.keyboard.press('Enter');
    await expect(ring).toBeHidden({ timeout: 300 });
  }).toPass();
  await expect(page.getByRole('button', { name: 'Mute' })).toBeFocused();
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: 'Unmute' })).toBeFocused();
  await reach(page, 'Leave');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Call ended').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByLabel('Messages', { exact: true }).getByText('Phone call')).toBeVisible();
  await context.close();
});
