import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `make dev` runs the server beside this: everything that is not the app's own source goes to it.
const server = process.env['MOODBITES_DEV_SERVER'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  build: { target: ['chrome107', 'firefox104', 'safari16'], sourcemap: false, assetsInlineLimit: 0 },
  server: {
    port: 5173,
    proxy: { '/api': server, '/health': server, '/socket.io': { target: server, ws: true } },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/shared/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
