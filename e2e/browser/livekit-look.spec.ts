import type { Browser, Page } from '@playwright/test';
import { Guest } from '../livekit/support.mjs';
import { Desk } from './desk.js';
import { glimpses, picture, pictures, sizeOf } from './gallery.js';
import { test, webhookOf } from './livekit.js';
import { expectSound, expectVideo, watchMedia } from './media.js';
import { expect } from './people.js';

/** A room on a real LiveKit server, with what our own server says made up, so that every state can be looked at. In German. */
test.describe.configure({ timeout: 420_000 });
test.use({ actionTimeout: 15_000 });

const HANNAH = 'Hannah Weiss';
const LONG = 'Maximiliane-Charlotte von Hohenstein-Oberndorff zu Lichtenau';
const MORE = ['Amélie Fontaine', 'Mehmet Yılmaz', 'Sofia Rossi', 'Aino Virtanen', 'Ingrid Sørensen', 'Luís Carvalho', 'Zoë de Vries', 'Katarzyna Nowak'];

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tile = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });

async function come(browser: Browser, base: string, desk: Desk, memberId: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: base, locale: 'de-DE', permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  await watchMedia(context);
  await desk.serve(context);
  const page = await context.newPage();
  await page.goto(`/join/${memberId}`);
  await page.getByLabel('Ihr Name').fill(desk.members.find((one) => one.memberId === memberId)?.name ?? '');
  await button(page, 'Zum Wartezimmer').click();
  return page;
}

/** It passes by itself, sooner than four pictures are taken. */
async function reactions(from: Page, at: Page): Promise<void> {
  for (const [width, colorScheme] of [[1280, 'light'], [390, 'dark']] as const) {
    await at.setViewportSize(sizeOf(width));
    await at.emulateMedia({ colorScheme });
    await button(from, 'Mehr').click();
    await button(from, 'Mit 👏 reagieren').click();
    await expect(at.getByRole('list', { name: 'Reaktionen' }).getByText(HANNAH).last()).toBeVisible();
    await picture(at, `room-reaction-${width}-${colorScheme}`, true);
  }
  await at.setViewportSize(sizeOf(1280));
  await at.emulateMedia({ colorScheme: 'light' });
}

test('a room from the waiting room to its end', async ({ browser, server, livekit }) => {
  const desk = new Desk(livekit);
  desk.add('Dr. Tomás Oliveira', 'host');
  desk.add(HANNAH, 'member')['guest'] = false;
  const jonas = desk.add('Jonas Lindqvist', 'member', 'waiting');
  Object.assign(jonas, { arrivedAt: '2026-11-28T18:01:00.000Z', test: { connection: 'weak', microphone: 'silent', camera: 'ok', rttMs: 700 } });
  const long = desk.add(LONG, 'member', 'waiting');
  const silent: Guest[] = [];
  /** By LiveKit's own client, which costs no encoder. */
  const join = async (member: ReturnType<Desk['add']>) => {
    member.state = 'admitted';
    silent.push(await Guest.join({ url: livekit.url, token: desk.sign(member) }));
  };

  const patient = await come(browser, server.url(), desk, 'm2');
  await expect(patient.getByText('Sie sind im Wartezimmer')).toBeVisible();
  await expect(patient.getByText('Ihr Mikrofon hört Sie.')).toBeVisible();
  await patient.getByLabel('Eine Zeile an Dr. Tomás Oliveira').fill('Meine Dolmetscherin kommt gleich noch dazu.');
  await button(patient, 'Senden').click();
  desk.members[1]!['answer'] = 'Kein Problem, wir warten auf sie.';
  await expect(patient.getByText('Kein Problem, wir warten auf sie.')).toBeVisible();
  await pictures(patient, 'room-waiting');
  const host = await come(browser, server.url(), desk, 'm1');
  await expect(button(host, 'Beginnen')).toBeEnabled();
  await pictures(host, 'room-lobby-host');
  await button(host, 'Gast einladen').click();
  await glimpses(host, 'room-invite-guest');
  await button(host, 'Link erstellen').click();
  await expect(host.getByLabel('Link für einen Gast')).toBeFocused();
  await glimpses(host, 'room-invite-guest-link');
  await host.keyboard.press('Escape');
  await button(host, 'Beginnen').click();
  await expect(host.getByText('Sonst ist noch niemand da.')).toBeVisible();
  await glimpses(host, 'room-alone');
  await button(host, 'Ansehen').click();
  await pictures(host, 'room-queue');
  await button(host, 'Alle einlassen').click();
  await expect(tile(host, HANNAH)).toBeVisible({ timeout: 20_000 });
  await Promise.all([join(jonas), join(long)]);
  await silent[0]?.sound();
  await expect(tile(host, LONG)).toBeVisible();
  for (const page of [host, patient]) {
    await expectVideo(page);
    await expectSound(page);
  }

  await patient.keyboard.press('h');
  await expect(tile(host, HANNAH).getByText('Hand gehoben')).toBeAttached();
  await glimpses(host, 'room-people');
  await button(host, `Mehr zu ${HANNAH}`).click();
  await glimpses(host, 'room-people-more');
  await button(host, 'Schließen').first().click();
  await pictures(host, 'room-grid');
  await reactions(patient, host);
  await button(patient, 'Chat').click();
  await patient.getByLabel('Nachricht an alle').fill('Guten Tag, ich höre Sie gut.');
  await patient.keyboard.press('Enter');
  await button(host, 'Chat, 1 neu').click();
  await host.getByLabel('An', { exact: true }).selectOption({ label: `Nur ${HANNAH}` });
  await host.getByLabel(`Nur ${HANNAH}`).fill('Ihre Werte besprechen wir nachher zu zweit.');
  await host.keyboard.press('Enter');
  await expect(patient.getByText('nachher zu zweit')).toBeVisible();
  await pictures(host, 'room-whisper');
  await glimpses(patient, 'room-whispered');
  await patient.keyboard.press('Escape');
  await button(host, 'Schließen').first().click();

  await button(host, 'Mehr').click();
  await pictures(host, 'room-more');
  await host.getByLabel(/Raum verschließen/).click();
  await expect(host.getByText('Verschlossen', { exact: true })).toBeVisible();
  await host.getByLabel(/Nur Ton/).click();
  await host.keyboard.press('Escape');
  await expect(tile(host, HANNAH).locator('video')).not.toBeAttached();
  await pictures(host, 'room-audio-only-locked');
  await button(host, 'Mehr').click();
  await host.getByLabel(/Nur Ton/).click();
  await host.getByLabel('Wer spricht').check();
  await host.keyboard.press('Escape');
  await expect(tile(host, HANNAH).locator('video')).toBeAttached();
  await pictures(host, 'room-speaker');
  await button(host, `${LONG} groß zeigen`).click();
  await glimpses(host, 'room-pinned');
  await button(host, `${LONG} nicht mehr groß zeigen`).click();
  await button(host, 'Mehr').click();
  await host.getByLabel('Alle', { exact: true }).check();
  await host.keyboard.press('Escape');

  await patient.getByRole('toolbar').getByRole('button', { name: 'Bildschirm teilen' }).first().click();
  await expect(tile(host, `Bildschirm von ${HANNAH}`)).toBeVisible({ timeout: 20_000 });
  await pictures(host, 'room-screen');
  await glimpses(patient, 'room-sharing');
  await patient.getByRole('toolbar').getByRole('button', { name: 'Teilen des Bildschirms beenden' }).first().click();
  await expect(tile(host, `Bildschirm von ${HANNAH}`)).not.toBeAttached();

  await Promise.all(MORE.map((name) => join(desk.add(name, 'member'))));
  await pictures(host, 'room-page-1', async () => expect(host.getByText('Seite 1 von 2')).toBeVisible());
  await button(host, 'Nächste Seite').click();
  await pictures(host, 'room-page-2', async () => expect(host.getByText('Seite 2 von 2')).toBeVisible());
  await Promise.all(silent.splice(0).map((one) => one.leave()));
  await expect(host.getByText('2 Personen')).toBeVisible();

  await livekit.end();
  await expect(host.getByText('Die Verbindung ist unterbrochen.')).toBeVisible({ timeout: 30_000 });
  await pictures(host, 'room-reconnecting');
  await livekit.start(webhookOf(server));
  await expect(tile(host, HANNAH)).toBeVisible({ timeout: 90_000 });
  await expectVideo(host);

  // The same person once more, and back.
  const other = await come(browser, server.url(), desk, 'm2');
  await button(other, 'Teilnehmen').click();
  await expect(patient.getByText('Sie nehmen an einem anderen Gerät teil')).toBeVisible({ timeout: 20_000 });
  await glimpses(patient, 'room-elsewhere');
  desk.noToken = 'wrong key';
  await button(patient, 'Erneut versuchen').click();
  await expect(patient.getByText('Der Raum hat Sie nicht eingelassen')).toBeVisible({ timeout: 20_000 });
  await glimpses(patient, 'room-refused');
  desk.noToken = undefined;
  await button(host, 'Personen').click();
  await button(host, `Mehr zu ${HANNAH}`).click();
  await button(host, 'Entfernen').click();
  await expect(other.getByText('Sie sind nicht mehr in dieser Sprechstunde')).toBeVisible({ timeout: 20_000 });
  await glimpses(other, 'room-removed');

  await host.getByRole('toolbar').getByRole('button', { name: 'Verlassen' }).click();
  await pictures(host, 'room-leave');
  await button(host, 'Für alle beenden').click();
  await expect(host.getByText('Die Sprechstunde ist beendet')).toBeVisible({ timeout: 20_000 });
  await glimpses(host, 'room-ended');
  for (const page of [host, patient, other]) await page.context().close();
});
