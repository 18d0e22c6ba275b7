import type { Page } from '@playwright/test';
import { expectSound, expectVideo } from './media.js';
import { expect, test, type Visitor } from './people.js';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const inCall = (page: Page) => button(page, 'Leave');

interface Watched {
  peerConnections: RTCPeerConnection[];
}

async function call(from: Visitor, to: Visitor): Promise<void> {
  await from.page.getByRole('link', { name: to.person.name }).first().click();
  await button(from.page, `Video call with ${to.person.name}`).click();
  await button(to.page, 'Accept').click();
  for (const { page } of [from, to]) await expectVideo(page);
}

async function hangUp(who: Visitor, other: Visitor): Promise<void> {
  await inCall(who.page).click();
  for (const { page } of [who, other]) await button(page, 'Close').click();
}

/** How many connections the page has made, and how many of them are open. */
const connections = (page: Page) =>
  page.evaluate(() => {
    const { peerConnections } = window as unknown as Watched;
    return { made: peerConnections.length, open: peerConnections.filter(({ connectionState }) => connectionState !== 'closed').length };
  });

/** The ICE user name of the connection in use; another after a restart. */
const fragment = (page: Page) =>
  page.evaluate(() => {
    const { peerConnections } = window as unknown as Watched;
    return /a=ice-ufrag:(\S+)/.exec(peerConnections.at(-1)?.localDescription?.sdp ?? '')?.[1] ?? '';
  });

/** Bytes that the page's connections have sent as media. */
const mediaSent = (page: Page) =>
  page.evaluate(async () => {
    let sum = 0;
    for (const connection of (window as unknown as Watched).peerConnections) {
      if (connection.connectionState === 'closed') continue;
      (await connection.getStats()).forEach((report: { type: string; bytesSent?: number }) => {
        if (report.type === 'outbound-rtp') sum += report.bytesSent ?? 0;
      });
    }
    return sum;
  });

async function pairOf(visit: (name: string, role: 'dietician' | 'patient') => Promise<Visitor>): Promise<[Visitor, Visitor]> {
  const lena = await visit('Lena Brandt', 'dietician');
  return [lena, await visit('Mia Jones', 'patient')];
}

test('a call goes on after a change of network on either side, with fresh candidates and the same connection', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await call(lena, mia);
  for (const who of [lena, mia]) {
    const before = await Promise.all([fragment(lena.page), fragment(mia.page)]);
    await who.context.setOffline(true);
    await who.context.setOffline(false);
    await expect.poll(() => fragment(lena.page)).not.toBe(before[0]);
    await expect.poll(() => fragment(mia.page)).not.toBe(before[1]);
    for (const { page } of [lena, mia]) {
      await expectVideo(page);
      expect((await connections(page)).open).toBe(1);
    }
    await lena.page.waitForTimeout(2_500); // a second change within two seconds is taken for the same one
  }
});

test('the next call of the two goes over the same connection, on which nothing was sent between', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await call(lena, mia);
  await hangUp(mia, lena);
  const made = [await connections(lena.page), await connections(mia.page)];
  expect(made.map(({ open }) => open)).toEqual([1, 1]);
  for (const { page } of [lena, mia]) {
    const sent = await mediaSent(page);
    await page.waitForTimeout(1_000);
    expect(await mediaSent(page)).toBe(sent);
  }
  // Mia calls back: it makes no difference who had offered.
  await call(mia, lena);
  for (const { page } of [lena, mia]) await expectSound(page);
  expect([await connections(lena.page), await connections(mia.page)]).toEqual(made);
  await hangUp(lena, mia);
});

test('signing out leaves no connection behind', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await call(lena, mia);
  await hangUp(mia, lena);
  await mia.page.getByRole('link', { name: 'Settings' }).click();
  await button(mia.page, 'Sign out').click();
  await expect.poll(async () => (await connections(mia.page)).open).toBe(0);
  // The other side notices that it leads nowhere any more.
  await expect.poll(async () => (await connections(lena.page)).open, { timeout: 30_000 }).toBe(0);
});

test('both voices are sent twice over and repaired where the browser can', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await call(lena, mia);
  for (const { page } of [lena, mia]) {
    await expectSound(page);
    const sdp = await page.evaluate(() => (window as unknown as Watched).peerConnections.at(-1)?.remoteDescription?.sdp ?? '');
    const first = /^m=audio \d+ \S+ (\d+)/m.exec(sdp)?.[1];
    expect(sdp).toMatch(new RegExp(`^a=rtpmap:${first} red/48000`, 'm'));
    expect(sdp).toMatch(/^a=fmtp:\d+ (?=.*useinbandfec=1).*usedtx=1/m);
  }
});

test('who saves data sends and gets a small picture, and is told', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await mia.page.getByRole('link', { name: 'Settings' }).click();
  await mia.page.getByRole('switch', { name: 'Use less data in calls' }).click();
  await mia.page.getByRole('link', { name: 'Chats' }).first().click();
  await call(mia, lena);
  for (const { page } of [lena, mia]) {
    await expect(page.getByText('Saving data. Your picture is smaller.').first()).toBeVisible();
    // A busy machine makes it smaller still.
    await expect
      .poll(() =>
        page.evaluate(() => {
          const lines = [...document.querySelectorAll<HTMLVideoElement>('video[aria-label]')].map(({ videoHeight }) => videoHeight);
          return lines.length > 0 && lines.every((height) => height > 0 && height <= 360);
        }),
      )
      .toBe(true);
    await button(page, 'More').click();
    await expect(page.getByText(/^Data used: [\d.]+ MB received, [\d.]+ MB sent$/)).toBeVisible();
  }
});

test('a picture that the connection cannot carry is paused, and both are told why', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  // No network here loses anything, so what the browser reports is made to look like one that does.
  await lena.page.evaluate(() => {
    const native = RTCPeerConnection.prototype.getStats;
    RTCPeerConnection.prototype.getStats = async function (this: RTCPeerConnection) {
      const report = await (native as () => Promise<RTCStatsReport>).call(this);
      const { loss } = window as unknown as { loss?: number };
      const changed = new Map<string, unknown>();
      report.forEach((entry: Record<string, unknown>, id: string) =>
        changed.set(id, loss !== undefined && entry['type'] === 'remote-inbound-rtp' ? { ...entry, fractionLost: loss } : entry),
      );
      return changed as unknown as RTCStatsReport;
    } as typeof native;
  });
  await call(lena, mia);
  await lena.page.evaluate(() => Object.assign(window, { loss: 0.15 }));
  await expect(lena.page.getByText('Connection is weak. Picture paused so that you hear each other.').first()).toBeVisible({ timeout: 30_000 });
  await expect(mia.page.getByText(`${lena.person.name}'s connection is weak. Their picture is paused`).first()).toBeVisible();
  await expectSound(mia.page);
  await lena.page.evaluate(() => Object.assign(window, { loss: 0 }));
  await expect(lena.page.getByText('Connection is better. Your picture is back.').first()).toBeVisible({ timeout: 60_000 });
  await expectVideo(mia.page);
});

test('without a relay nobody who hides their address is called by another way', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await mia.page.getByRole('link', { name: 'Settings' }).click();
  await mia.page.getByRole('switch', { name: 'Hide my network address in calls' }).click();
  await mia.page.getByRole('link', { name: 'Chats' }).first().click();
  await mia.page.getByRole('link', { name: lena.person.name }).first().click();
  await button(mia.page, `Video call with ${lena.person.name}`).click();
  // A server with a relay rings, one without says so; never is there a way that shows the address.
  await expect(mia.page.getByText("Your address can't be hidden here.").or(mia.page.getByText('Ringing…')).first()).toBeVisible();
  const policies = await mia.page.evaluate(() =>
    (window as unknown as Watched).peerConnections.map((connection) => connection.getConfiguration().iceTransportPolicy),
  );
  expect(policies.every((policy) => policy === 'relay')).toBe(true);
});

test('the log of calls is there for who asks for it, without an address', async ({ visit }) => {
  const [lena, mia] = await pairOf(visit);
  await call(lena, mia);
  await button(lena.page, 'More').click();
  await expect(button(lena.page, 'Download the log')).toBeHidden();
  await button(lena.page, 'More').click();
  await lena.page.evaluate(() => localStorage.setItem('webrtc-debug', 'true'));
  await button(lena.page, 'More').click();
  const [download] = await Promise.all([lena.page.waitForEvent('download'), button(lena.page, 'Download the log').click()]);
  const stream = await download.createReadStream();
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  expect(text).toContain('link connected');
  expect(text).toMatch(/way host to (host|prflx) over udp/);
  expect(text).toMatch(/candidate of ours udp (ipv4-\d+|ipv6-\d+|[\w-]+\.local)/);
  expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
});
