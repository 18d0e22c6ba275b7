import { defineConfig } from '@playwright/test';

/** Fake camera and microphone; two contexts of one browser reach each other over loopback. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
];

/** Of several people at once: two processors have nine encoders to carry. */
const few = args.map((arg) => (arg === '--use-fake-device-for-media-stream' ? `${arg}=fps=10` : arg));
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Those in which pictures and voices are encoded. */
const CALLS = /\/(calls|screen|before-the-call|recording)[^/]*spec\.ts$/;
/** Pictures of every state, for a person to look at, and axe on each: `make test-look`. */
const LOOK = /\/look[^/]*spec\.ts$/;
/** With a real LiveKit server: `make test-livekit`. */
const LIVEKIT = /\/livekit[^/]*spec\.ts$/;

export default defineConfig({
  testDir: 'browser',
  outputDir: 'artifacts/results',
  // Two of them at once would be late for each other; with what only reads and writes beside them, both cores are busy.
  workers: 2,
  projects: [
    { name: 'calls', testMatch: CALLS, workers: 1 },
    { name: 'chat', testIgnore: [CALLS, LOOK, LIVEKIT], workers: 1 },
    { name: 'look', testMatch: LOOK, workers: 1 },
    { name: 'livekit', testMatch: LIVEKIT, workers: 1, use: { launchOptions: { executablePath, args: few } } },
  ],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['./where-it-failed.ts']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args },
  },
});
