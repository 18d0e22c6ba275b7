// Calls of two people behind NATs that give each conversation another port, so that no way leads from one to the other
// but over our relay. The network is made of namespaces, see network.ts.
import { expect, test, type Page } from '@playwright/test';
import { expectSound, expectVideo } from '../browser/media.js';
import { healedAfter, watchFlow, wayOf } from './flow.js';
import { missing, Network, type Firewall } from './network.js';
import { Practice } from './practice.js';

const why = await missing();
if (why) console.error(`${why}: SKIPPED, not passed`);
test.skip(why !== undefined, why ?? '');
test.describe.configure({ mode: 'serial' });

let network: Network;
let practice: Practice;
let anna: Page;
let tom: Page;

test.beforeAll(async () => {
  if (why) return;
  network = await Network.build();
  practice = await Practice.open(network);
  [anna, tom] = await Promise.all([practice.visit('anna'), practice.visit('tom')]);
});

test.afterAll(async () => {
  await practice?.close();
  await network?.remove();
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A call on pages that know of no call before. */
async function call(): Promise<void> {
  const name = Practice.nameOf('tom');
  for (const page of [anna, tom]) await page.goto('/');
  await anna.getByRole('link', { name }).first().click();
  await button(anna, `Video call with ${name}`).click();
  await button(tom, 'Accept').click();
  for (const page of [anna, tom]) await expectVideo(page);
  for (const page of [anna, tom]) await expectSound(page);
}

/** Pictures come in again at both, so soon after something was done. */
async function heals(what: string, within: number, act: () => Promise<void>): Promise<void> {
  const since = Date.now();
  await act();
  const after = await Promise.all([anna, tom].map((page) => healedAfter(page, since)));
  test.info().annotations.push({ type: what, description: after.map((ms) => `${ms} ms`).join(', ') });
  for (const ms of after) expect(ms, what).toBeLessThanOrEqual(within);
}

test('over the relay, which may be killed, and from one network into another', async () => {
  await call();
  for (const page of [anna, tom]) await watchFlow(page);
  const ways = [await wayOf(anna), await wayOf(tom)];
  expect(ways.some(({ local, remote }) => local === 'relay' || remote === 'relay')).toBe(true);
  expect(ways.map(({ relayProtocol }) => relayProtocol).filter(Boolean)).not.toEqual([]);

  // Five seconds are aimed at, and some six it takes: 3.5 until ICE leaves a way that is silent, and then up to 3 until the
  // receiver asks a second time for a whole picture, the first time having been lost on that way.
  await heals('the server killed and started again', 10_000, async () => {
    await practice.kill();
    await practice.boot();
  });
  await heals('another network', 3_000, () => network.move());
  for (const page of [anna, tom]) await expectSound(page);
  await button(anna, 'Leave').click();
});

const FIREWALLS: [string, Firewall, string][] = [
  ['by TCP where no UDP gets out', 'no-udp', 'tcp'],
  ['by TLS where nothing but port 443 gets out', { onlyTcp: [443] }, 'tls'],
];
for (const [what, firewall, protocol] of FIREWALLS) {
  test(what, async () => {
    for (const nat of [1, 3]) await network.firewall(nat, firewall);
    await call();
    expect(await wayOf(anna)).toMatchObject({ local: 'relay', relayProtocol: protocol });
    await button(anna, 'Leave').click();
  });
}
