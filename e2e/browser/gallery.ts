import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../artifacts/look');
const WIDTHS = [1280, 390] as const;
const SCHEMES = ['light', 'dark'] as const;

type Width = (typeof WIDTHS)[number];

export const sizeOf = (width: Width) => ({ width, height: width === 390 ? 844 : 800 });

/** One picture in e2e/artifacts/look, and what a blind or a keyboard user would trip over in it. */
export async function picture(page: Page, name: string, onlyColours = false): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
  await page.screenshot({ path: resolve(FOLDER, `${name}.png`), animations: 'disabled' });
  await expectFits(page, name);
  // Test pictures have no text to contrast with; and the package brings types of a Playwright of its own.
  const axe = new AxeBuilder({ page: page as never }).exclude('video').options({ resultTypes: ['violations'] });
  // The dark differs from the light in its colours alone.
  const { violations } = await (onlyColours ? axe.withRules(['color-contrast']) : axe).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const said = grave.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(' ')}\n  ${failureSummary}`));
  expect.soft(said, name).toEqual([]);
}

/** Every size and colour by `make test-look`; `make test` has axe look at each state once, as it stands. */
const EVERY = process.env['TEST_LOOK'] === '1';

/** A state of less weight: at a desk in the light, on a phone in the dark. */
export async function glimpses(page: Page, name: string): Promise<void> {
  if (!EVERY) return picture(page, name);
  await picture(page, `${name}-1280-light`);
  await page.setViewportSize(sizeOf(390));
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, `${name}-390-dark`);
  await page.setViewportSize(sizeOf(1280));
  await page.emulateMedia({ colorScheme: 'light' });
}

/** The same state at a desk and on a phone, in the light and in the dark. `ready` is waited for after each change of size. */
export async function pictures(page: Page, name: string, ready?: (width: Width) => Promise<void>): Promise<void> {
  if (!EVERY) return picture(page, name);
  for (const width of WIDTHS) {
    await page.setViewportSize(sizeOf(width));
    await ready?.(width);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${width}-${colorScheme}`, colorScheme === 'dark');
    }
  }
  await page.setViewportSize(sizeOf(1280));
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Nothing sticks out at the side. */
async function expectFits(page: Page, name: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(over, `${name} is wider than its window`).toBeLessThanOrEqual(0);
}
