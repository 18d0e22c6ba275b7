import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `make dev` runs the server beside this: everything that is not the app's own source goes to it.
const server = process.env['MOODBITES_DEV_SERVER'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  build: { target: ['chrome107', 'firefox104', 'safari16'], sourcemap: false, assetsInlineLimit: 0 },
  server: {
    port: 5173,
    // The host stays as the browser sent it: the server compares it with the page's origin before it takes a cookie.
    proxy: {
      '/api': { target: server, changeOrigin: false },
      '/health': { target: server, changeOrigin: false },
      '/socket.io': { target: server, changeOrigin: false, ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    // Machines that build beside it are slow.
    testTimeout: 20_000,
    setupFiles: ['src/shared/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
