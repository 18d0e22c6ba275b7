// The relays that are measured: ours and coturn's, on 127.0.0.1, with one secret.
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { start } from './lib.mjs';

export const run = promisify(execFile);
const moodbites = process.env.MOODBITES_BIN ?? new URL('../target/release/moodbites', import.meta.url).pathname;
export const SECRET = 'bench';
const RELAY_PORTS = [61000, 65535];

const folder = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
await run('openssl', [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
  ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
]);

export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Until a Binding is answered. */
async function answers(port) {
  for (let tries = 0; tries < 100; tries++) {
    const { stdout = '' } = await run('turnutils_stunclient', ['-p', `${port}`, '127.0.0.1'], { timeout: 500 }).catch((error) => error);
    if (/UDP reflexive addr/.test(stdout)) return;
    await pause(50);
  }
  throw new Error('the server does not answer');
}

export async function ours() {
  const data = mkdtempSync(join(tmpdir(), 'moodbites-bench-'));
  const listen = ['web=127.0.0.1:0', 'accounts=off', 'chat=off', 'calls=off', 'turn=127.0.0.1:0', 'turns=127.0.0.1:0'].flatMap((one) => ['--listen', one]);
  const flags = ['--turn-relay-ports', RELAY_PORTS.join('-'), '--turn-allow-peer', '127.0.0.1', '--tls-cert', cert, '--tls-key', key];
  const env = { MOODBITES_LOG: 'error', MOODBITES_LIMITS: 'off', MOODBITES_TURN_SECRET: SECRET };
  const server = await start(moodbites, ['serve', '--data', data, ...listen, ...flags], env);
  const stop = async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  };
  const port = (role) => Number(server.addresses[role][0].split(':')[1]);
  return { pid: server.pid, port: port('turn'), tlsPort: port('turns'), stop };
}

export async function coturn() {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const tls = ['--tls-listening-port', `${tlsPort}`, '--cert', cert, '--pkey', key];
  const address = ['-L', '127.0.0.1', '-E', '127.0.0.1', '-p', `${port}`, '--min-port', `${RELAY_PORTS[0]}`, '--max-port', `${RELAY_PORTS[1]}`];
  const auth = ['--use-auth-secret', `--static-auth-secret=${SECRET}`, '-r', 'bench', '--allow-loopback-peers'];
  const quiet = ['-n', '--no-cli', '--no-dtls', '--no-stdout-log', '-l', '/dev/null', '--pidfile', '/dev/null'];
  const child = spawn('turnserver', [...quiet, ...address, ...tls, ...auth], { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  await answers(port);
  return { pid: child.pid, port, tlsPort, stop: () => (child.kill('SIGTERM'), ended) };
}
