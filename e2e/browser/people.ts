import { expect, test as base, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { Server, type Person, type RoleName } from '../server.js';
import { watchMedia } from './media.js';

/** Someone at a browser of their own. */
export interface Visitor {
  person: Person;
  context: BrowserContext;
  page: Page;
}

interface Fixtures {
  /** Makes a user, signs them in in a context of their own, and lands on their first page. */
  visit: (name: string, role: RoleName, options?: BrowserContextOptions) => Promise<Visitor>;
  /** A user, not signed in anywhere. */
  person: (name: string, role: RoleName) => Promise<Person>;
}

const names = new Map<string, number>();

/** The same name twice in one practice would make locators ambiguous. */
function unique(name: string): string {
  const count = (names.get(name) ?? 0) + 1;
  names.set(name, count);
  return count === 1 ? name : `${name} ${['', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X'][count - 1] ?? count}`;
}

export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  person: async ({ server }, use) => {
    await use((name, role) =>
      server.add({
        name: unique(name),
        role,
        email: `${role}-${randomBytes(4).toString('hex')}@example.org`,
        password: 'correct horse battery',
      }),
    );
  },
  visit: async ({ browser, server, person }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (name, role, options) => {
      const who = await person(name, role);
      const visitor = await signIn(browser, server, who, options);
      contexts.push(visitor.context);
      return visitor;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };

export async function signIn(browser: Browser, server: Server, person: Person, options?: BrowserContextOptions): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: server.url(), permissions: ['camera', 'microphone'], ...options });
  await watchMedia(context);
  const page = await context.newPage();
  await page.goto('/');
  await fillSignIn(page, person);
  await expect(page.getByRole('navigation').first()).toBeVisible();
  return { person, context, page };
}

export async function fillSignIn(page: Page, person: Pick<Person, 'email' | 'password'>): Promise<void> {
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
