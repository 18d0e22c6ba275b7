import type { Page } from '@playwright/test';
import { Server } from '../server.js';
import { glimpses, pictures } from './gallery.js';
import { expectSound, expectVideo } from './media.js';
import { pair } from './pair.js';
import { expect, signIn, test } from './people.js';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The page's microphone is an oscillator that the test turns up and down, and its devices are what the test says. */
async function ownMicrophone(page: Page): Promise<{ loud: (level: number) => Promise<void> }> {
  await page.evaluate(() => {
    const context = new AudioContext();
    const gain = context.createGain();
    gain.gain.value = 0;
    const tone = context.createOscillator();
    tone.connect(gain);
    tone.start();
    const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await give(wish);
      if (!wish?.audio) return stream;
      const output = context.createMediaStreamDestination();
      gain.connect(output);
      for (const track of stream.getAudioTracks()) {
        stream.removeTrack(track);
        track.stop();
      }
      for (const track of output.stream.getAudioTracks()) stream.addTrack(track);
      return stream;
    };
    Object.assign(window, { loud: (level: number) => (gain.gain.value = level) });
  });
  return { loud: (level) => page.evaluate((to) => (window as unknown as { loud: (level: number) => void }).loud(to), level) };
}

/** How many locks the page has on its screen. */
const locks = (page: Page) => page.evaluate(() => (window as unknown as { locks: number }).locks);

async function countLocks(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(window, { locks: 0 });
    const count = window as unknown as { locks: number };
    const request = () => ((count.locks += 1), Promise.resolve({ release: () => ((count.locks -= 1), Promise.resolve()) }));
    Object.defineProperty(navigator, 'wakeLock', { value: { request } });
  });
}

test('a look at oneself, a call, and a voice that nobody hears', async ({ visit }) => {
  test.setTimeout(90_000);
  const { lena, mia } = await pair(visit);
  const { page } = mia;
  const voice = await ownMicrophone(page);
  await countLocks(page);
  await button(page, `More for ${lena.person.name}`).click();
  await page.getByRole('button', { name: 'Check first, then call by video' }).click();
  const check = page.getByRole('dialog', { name: `Before you call ${lena.person.name}` });
  await expect(check.getByText('Say something:')).toBeVisible();
  await expect.poll(() => check.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
  await pictures(page, 'check');
  await voice.loud(0.3);
  await expect(check.getByText('Your microphone hears you.')).toBeVisible();
  await voice.loud(0);
  await button(page, 'Play a sound').click();
  await expect(button(page, 'Playing…')).toBeVisible();
  await expect(button(page, 'Play a sound')).toBeVisible();
  await expect(button(lena.page, 'Accept')).toBeHidden();

  await button(page, 'Call now').click();
  await expect(button(lena.page, 'Accept')).toBeVisible();
  await button(lena.page, 'Check camera and microphone first').click();
  await expect(button(lena.page, 'Answer now')).toBeVisible();
  await button(lena.page, 'Answer now').click();
  for (const each of [lena, mia]) await expectVideo(each.page);

  // Nothing at all comes from Mia's microphone: she is told, and then it does.
  await expect(page.getByText('Nothing is heard from your microphone.').first()).toBeVisible({ timeout: 15_000 });
  await glimpses(page, 'silent-microphone');
  await voice.loud(0.3);
  await expectSound(lena.page);
  await expect(page.getByText('Nothing is heard from your microphone.').first()).toBeHidden();
  await button(page, 'Mute').click();
  await expect(page.getByText('You are speaking, but you are muted.').first()).toBeVisible();
  await button(page, "Don't say this again in this call").click();
  await expect(page.getByText('You are speaking, but you are muted.').first()).toBeHidden();

  // Her screen stays on, small or large, and only for the call.
  expect(await locks(page)).toBe(1);
  await button(page, 'Make small, and go on reading').click();
  expect(await locks(page)).toBe(1);
  await expect(lena.page.getByText('Connection good').first()).toBeVisible();
  await button(page, 'Leave').click();
  await expect.poll(() => locks(page)).toBe(0);
  await button(page, 'Close').click();
});

test('a camera that is used by another app, a microphone that is not allowed, and the ways on', async ({ visit }) => {
  const { lena, mia } = await pair(visit);
  const { page } = mia;
  const more = async () => {
    await button(page, `More for ${lena.person.name}`).click();
    await page.getByRole('button', { name: 'Check first, then call by video' }).click();
  };
  await page.evaluate(() => {
    const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wish) => {
      const { refused } = window as unknown as { refused?: { video?: string; audio?: string } };
      const error = (wish?.video && refused?.video) || (wish?.audio && refused?.audio);
      return error ? Promise.reject(new DOMException('', error)) : give(wish);
    };
    Object.assign(window, { refused: { video: 'NotReadableError' } });
  });
  await more();
  await expect(page.getByText('Your camera is used by another app.')).toBeVisible();
  await expect(button(page, 'Call without camera')).toBeEnabled();
  await glimpses(page, 'check-camera-busy');
  await page.evaluate(() => Object.assign(window, { refused: {} }));
  await button(page, 'Try the camera again').click();
  await expect(button(page, 'Call now')).toBeVisible();
  await button(page, 'Cancel').click();

  await page.evaluate(() => Object.assign(window, { refused: { audio: 'NotAllowedError' } }));
  await more();
  await expect(page.getByText('Your browser does not let MoodBites use the microphone.')).toBeVisible();
  await glimpses(page, 'check-microphone-denied');
  await button(page, 'Call without microphone').click();
  await button(lena.page, 'Accept').click();
  await expectSound(page);
  await page.evaluate(() => Object.assign(window, { refused: {} }));
  await button(page, 'Unmute').click();
  await expectSound(lena.page);
});

test('the test on the day before, by a relay that is there, and one that is not; its result is a message', async ({ browser }) => {
  test.setTimeout(90_000);
  const practice = await Server.start({}, '--listen', 'turn=127.0.0.1:0');
  const password = 'correct horse battery';
  await practice.add({ name: 'Lena Brandt', email: 'lena@example.org', role: 'dietician', password });
  const mia = await practice.add({ name: 'Mia Jones', email: 'mia@example.org', role: 'patient', password });
  const { page, context } = await signIn(browser, practice, mia);
  let relays = true;
  await page.route('**/api/ice-servers', async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { iceServers: RTCIceServer[] };
    const blocked = { urls: 'turns:127.0.0.1:9?transport=tcp', username: 'nobody', credential: 'nothing' };
    await route.fulfill({ response, json: { ...answer, iceServers: relays ? [...answer.iceServers, blocked] : [] } });
  });
  const voice = await ownMicrophone(page);
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'Test the connection' }).click();
  await expect(button(page, 'Start the test')).toBeVisible();
  await glimpses(page, 'connection-test');
  await button(page, 'Start the test').click();
  const row = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
  await expect(row('Camera')).toContainText('Your camera works.');
  await voice.loud(0.3);
  await expect(row('Microphone')).toContainText('Your microphone hears you.');
  await button(page, 'Play a sound').click();
  await button(page, 'Yes').click();
  await expect(row('Speaker')).toContainText('You can hear the sound.');
  await expect(row('Direct way')).toContainText('Your network lets calls out.', { timeout: 20_000 });
  await expect(row('Relay by UDP')).toContainText('The usual way through the relay is open.', { timeout: 20_000 });
  await expect(row('Relay by TCP')).toContainText('Open too', { timeout: 20_000 });
  await expect(row('Relay by TLS')).toContainText('Another way is open, so calls still work.', { timeout: 20_000 });
  await expect(row('Speed')).toContainText('Mbit/s');
  await expect(page.getByText('A call will work, with limits.').first()).toBeVisible();
  await pictures(page, 'connection-test-done');
  const told = await page.locator('blockquote').innerText();
  expect(told).toMatch(/^Connection test, .*Relay by TLS: This way is not open from here\./s);
  await button(page, 'Send to Lena Brandt').click();
  await button(page, 'Open the conversation').click();
  await expect(page.getByLabel('Messages', { exact: true }).getByText('Relay by TLS: This way is not open from here.')).toBeVisible();

  // From the conversation, where there is no relay at all; the last result is still here.
  relays = false;
  await button(page, 'More for Lena Brandt').click();
  await button(page, 'Test the connection').click();
  await expect(page.getByText(/^Last test:/)).toBeVisible();
  await button(page, 'Test again').click();
  await expect(row('Relay')).toContainText('Your practice has no relay.');
  await context.close();
  await practice.stop();
});
