// (k) A consultation on a LiveKit server: from the press of Join to the first remote picture, through our web app and through
// livekit-client alone, turn by turn; and what nine tiles cost the page, with adaptive stream and without.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livekit as prepare } from '../e2e/servers/livekit.mjs';
import { cpuSeconds, median, start } from './lib.mjs';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('@playwright/test');
const moodbites = process.env.MOODBITES_BIN ?? new URL('../target/release/moodbites', import.meta.url).pathname;
const client = new URL('../frontend/node_modules/livekit-client/dist/livekit-client.umd.js', import.meta.url).pathname;
const TURNS = Number(process.argv[2] ?? 20);
const SECONDS = Number(process.argv[3] ?? 20);
const OTHERS = 8;
const PASSWORD = 'correct horse battery';
/** What our web app asks of the library: frontend/src/features/consultations/model/livekit.ts. */
const OPTIONS = { adaptiveStream: true, dynacast: true, publishDefaults: { simulcast: true, dtx: true, red: true, stopMicTrackOnMute: false } };
const ADAPTIVE = /adaptiveStream:[\w$]+\(\)/;

const livekit = await prepare();
const data = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
const patients = Array.from({ length: OTHERS }, (_, n) => `Mia ${n + 1}`);
for (const [name, role] of [['Lena', 'dietician'], ...patients.map((name) => [name, 'patient'])]) {
  execFileSync(moodbites, ['user', 'add', '--data', data, '--name', name, '--email', `${name.replace(' ', '')}@example.org`, '--role', role, '--password', PASSWORD]);
}
const listen = ['--listen', 'web=127.0.0.1:0', ...['accounts', 'chat', 'calls'].flatMap((role) => ['--listen', `${role}=off`])];
const server = await start(moodbites, ['serve', '--data', data, ...listen], { MOODBITES_LOG: 'error', MOODBITES_LIMITS: 'off', ...livekit.env });
const base = `http://${server.address}`;
await livekit.start(`${base}/api/livekit/webhook`);

const pages = createServer((request, answer) => {
  if (request.url === '/livekit.js') return void answer.setHeader('content-type', 'text/javascript').end(readFileSync(client));
  answer.setHeader('content-type', 'text/html').end('<!doctype html><style>video { width: 1200px; height: 675px }</style><script src="/livekit.js"></script>');
});
await new Promise((done) => pages.listen(0, '127.0.0.1', done));

async function launch(fps) {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection', `--use-fake-device-for-media-stream=fps=${fps}`];
  const running = await chromium.launchServer({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  const browser = await chromium.connect(running.wsEndpoint());
  return { browser, pid: running.process().pid, close: () => running.close() };
}

async function post(path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${base}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function signIn(name) {
  const { accessToken, user } = await post('session', { email: `${name.replace(' ', '')}@example.org`, password: PASSWORD });
  return { token: accessToken, id: user._id, name };
}

/** A token for a room that our server knows nothing of. */
function ticket(room, identity) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: livekit.key, sub: identity, nbf: now - 5, exp: now + 60, video: { room, roomJoin: true, canPublish: true, canPublishData: true, canSubscribe: true } };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return { url: livekit.url, token: `${signed}.${createHmac('sha256', livekit.secret).update(signed).digest('base64url')}` };
}

/** A page with livekit-client and nothing else, with microphone and camera opened as in our waiting room. */
async function bare(browser) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${pages.address().port}/`);
  await page.evaluate(async () => {
    window.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } });
  });
  return page;
}

/** Sends microphone and camera into a room, and takes nothing. */
const publish = (page, { url, token }) =>
  page.evaluate(
    async ({ url, token, options }) => {
      const { Room, Track, VideoPresets } = window.LivekitClient;
      const publishDefaults = { ...options.publishDefaults, videoEncoding: VideoPresets.h720.encoding, videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360] };
      const room = new Room({ ...options, publishDefaults });
      await room.connect(url, token, { autoSubscribe: false });
      for (const track of window.stream.getTracks()) {
        await room.localParticipant.publishTrack(track.clone(), { source: track.kind === 'audio' ? Track.Source.Microphone : Track.Source.Camera });
      }
    },
    { url, token, options: OPTIONS },
  );

/** Joins as our web app does, and says how long it took. */
const joinBare = (page, { url, token }) =>
  page.evaluate(
    async ({ url, token, options }) => {
      const { Room, RoomEvent, Track, VideoPresets } = window.LivekitClient;
      const began = performance.now();
      const publishDefaults = { ...options.publishDefaults, videoEncoding: VideoPresets.h720.encoding, videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360] };
      const room = new Room({ ...options, publishDefaults });
      const seen = new Promise((done) => {
        room.on(RoomEvent.TrackSubscribed, (track) => {
          const element = document.body.appendChild(track.attach());
          if (track.kind === 'video') element.requestVideoFrameCallback(() => done(performance.now() - began));
        });
      });
      await room.connect(url, token);
      for (const track of window.stream.getTracks()) {
        void room.localParticipant.publishTrack(track, { source: track.kind === 'audio' ? Track.Source.Microphone : Track.Source.Camera });
      }
      const took = await seen;
      await room.disconnect();
      return took;
    },
    { url, token, options: OPTIONS },
  );

async function signInPage(browser, name) {
  const context = await browser.newContext({ baseURL: base, permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('E-mail').fill(`${name.replace(' ', '')}@example.org`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').first().waitFor();
  return page;
}

/** To the room's door, with our own picture there. */
async function toTheDoor(page, roomId) {
  await page.goto(`/consultations/${roomId}`);
  const join = page.getByRole('button', { name: 'Start', exact: true });
  await join.waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].some(({ videoWidth }) => videoWidth > 0));
  return join;
}

/** Presses, and says after how long a picture of that person was there. */
const joinApp = (button, name) =>
  button.evaluate(
    (element, label) =>
      new Promise((done) => {
        const began = performance.now();
        element.click();
        let watched;
        const look = () => {
          const video = document.querySelector(`figure[aria-label="${label}"] video`);
          if (video && video !== watched) (watched = video).requestVideoFrameCallback(() => done(performance.now() - began));
          requestAnimationFrame(look);
        };
        look();
      }),
    name,
  );

const lena = await signIn('Lena');
const others = [];
for (const name of patients) others.push(await signIn(name));

async function openRoom(people) {
  const { roomId } = await post('consultations', { userIds: people.map(({ id }) => id), admit: true }, lena.token);
  return roomId;
}
async function admitted(person, roomId) {
  await post(`consultations/${roomId}/arrive`, {}, person.token);
  return post(`consultations/${roomId}/token`, {}, person.token);
}

const p95 = (all) => all.toSorted((a, b) => a - b)[Math.ceil(all.length * 0.95) - 1];

async function joins() {
  const { browser, close } = await launch(20);
  const [mia] = others;
  const roomId = await openRoom([mia]);
  const sender = await bare(browser);
  await publish(sender, await admitted(mia, roomId));
  await publish(sender, ticket('bench', 'sender'));
  const page = await signInPage(browser, 'Lena');
  const times = { app: [], bare: [] };
  for (let n = 0; n < TURNS; n++) {
    times.app.push(await joinApp(await toTheDoor(page, roomId), mia.name));
    await page.goto('about:blank');
    const other = await bare(browser);
    times.bare.push(await joinBare(other, ticket('bench', `joiner-${n}`)));
    await other.context().close();
  }
  await close();
  const [ours, theirs] = [median(times.app), median(times.bare)];
  console.log(`\n| join to the first remote picture, ${TURNS} of each | median ms | p95 ms | slowest |\n| --- | --- | --- | --- |`);
  for (const [who, all] of [['our web app', times.app], ['livekit-client alone', times.bare]]) {
    console.log(`| ${who} | ${[median(all), p95(all), Math.max(...all)].map(Math.round).join(' | ')} |`);
  }
  console.log(`| ratio | ${[ours / theirs, p95(times.app) / p95(times.bare), Math.max(...times.app) / Math.max(...times.bare)].map((it) => it.toFixed(2)).join(' | ')} |`);
}

/** CPU seconds of a process and of all that it has started. */
function treeSeconds(root) {
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
    } catch {} // it has ended
  }
  const sum = (pid) => cpuSeconds(pid) + (children.get(pid) ?? []).reduce((all, child) => all + sum(child), 0);
  return sum(root);
}

async function tiles() {
  const senders = await launch(10);
  const roomId = await openRoom(others);
  for (const person of others) await publish(await bare(senders.browser), await admitted(person, roomId));
  const rows = [];
  for (const adaptive of [true, false]) {
    const viewer = await launch(10);
    const page = await signInPage(viewer.browser, 'Lena');
    await page.addInitScript(() => {
      const Native = window.RTCPeerConnection;
      window.connections = [];
      window.RTCPeerConnection = class extends Native {
        constructor(config) {
          super(config);
          window.connections.push(this);
        }
      };
    });
    if (!adaptive) {
      let changed = false;
      await page.route(/\/assets\/livekit-[^/]*\.js$/, async (route) => {
        const answer = await route.fetch();
        const body = await answer.text();
        changed = ADAPTIVE.test(body);
        if (!changed) throw new Error('where adaptive stream is turned on was not found');
        await route.fulfill({ response: answer, body: body.replace(ADAPTIVE, 'adaptiveStream:!1') });
      });
    }
    await (await toTheDoor(page, roomId)).click();
    await page.waitForFunction((count) => [...document.querySelectorAll('figure video')].filter(({ videoWidth }) => videoWidth > 0).length === count, OTHERS + 1, { timeout: 60_000 });
    const look = () =>
      page.evaluate(async () => {
        const sum = { bytes: 0, frames: 0, width: 0 };
        for (const connection of window.connections) {
          (await connection.getStats()).forEach((report) => {
            if (report.type === 'transport') sum.bytes += report.bytesReceived;
            if (report.type !== 'inbound-rtp' || report.kind !== 'video') return;
            sum.frames += report.framesDecoded;
            sum.width = Math.max(sum.width, report.frameWidth ?? 0);
          });
        }
        return sum;
      });
    await page.waitForTimeout(15_000); // the estimate of the bandwidth grows, and layers with it
    const [before, cpuBefore, began] = [await look(), treeSeconds(viewer.pid), performance.now()];
    await page.waitForTimeout(SECONDS * 1_000);
    const [after, cpuAfter, seconds] = [await look(), treeSeconds(viewer.pid), (performance.now() - began) / 1_000];
    rows.push({ cpu: (cpuAfter - cpuBefore) / seconds, kbit: ((after.bytes - before.bytes) * 8) / 1_000 / seconds, frames: (after.frames - before.frames) / seconds, width: after.width });
    await viewer.close();
  }
  await senders.close();
  const [on, off] = rows;
  console.log(`\n| nine tiles at 1280×800, ${SECONDS} s | adaptive stream | without | ratio |\n| --- | --- | --- | --- |`);
  const row = (what, key, show) => console.log(`| ${what} | ${show(on[key])} | ${show(off[key])} | ${(on[key] / off[key]).toFixed(2)} |`);
  row('CPU of the browser, of one processor', 'cpu', (value) => `${Math.round(value * 100)} %`);
  row('kbit/s received', 'kbit', (value) => Math.round(value).toLocaleString('en'));
  row('pictures decoded per second', 'frames', (value) => Math.round(value));
  row('width of the widest, px', 'width', String);
}

await joins();
await tiles();
await server.stop();
await livekit.end();
pages.close();
rmSync(data, { recursive: true, force: true });
