import { defineConfig } from '@playwright/test';
import chromium from './playwright.config.js';

/** Our web app in a call with other people's browsers and programs. */
export default defineConfig({
  testDir: 'peers',
  outputDir: 'artifacts/peers',
  workers: 1,
  timeout: 150_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['./where-it-failed.ts']],
  use: { ...chromium.use, trace: 'off' },
});
