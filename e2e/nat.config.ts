import { defineConfig } from '@playwright/test';

/** Calls through NATs, which the test makes itself: the browsers run inside of them. */
export default defineConfig({
  testDir: 'nat',
  outputDir: 'artifacts/nat',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
});
