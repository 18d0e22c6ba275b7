// An authority of certificates: Let's Encrypt's own for tests.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './toxiproxy.mjs';

const run = promisify(execFile);
const script = resolve(import.meta.dirname, '../../scripts/servers.sh');

/** Looks at names on `tlsPort`, and gives certificates that hold for so many seconds. */
export async function pebble({ tlsPort, validityPeriod, port }) {
  const program = execFileSync(script, ['pebble'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const folder = await mkdtemp(join(tmpdir(), 'pebble-'));
  const [certificate, privateKey, config] = ['cert.pem', 'key.pem', 'config.json'].map((file) => join(folder, file));
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=CA:FALSE', '-keyout', privateKey, '-out', certificate],
  ]);
  const management = await freePort();
  const pebble = {
    ...{ listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}`, certificate, privateKey, httpPort: 1, tlsPort },
    ...{ ocspResponderURL: '', externalAccountBindingRequired: false, keyAlgorithm: 'ecdsa', retryAfter: { authz: 1, order: 1 } },
    profiles: { default: { description: 'as long as it was asked for', validityPeriod } },
  };
  await writeFile(config, JSON.stringify({ pebble }));
  const child = spawn(program, ['-config', config], { stdio: 'ignore', env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' } });
  const ca = await readFile(certificate);
  const ask = (path) =>
    new Promise((done, failed) => {
      const request = get({ host: 'localhost', port: management, path, ca }, (answer) => {
        let text = '';
        answer.on('data', (piece) => (text += piece)).on('end', () => done(text));
      });
      request.on('error', failed);
    });
  let root;
  for (let tries = 0; root === undefined; tries++) {
    root = await ask('/roots/0').catch(async (error) => {
      if (tries === 400 || child.exitCode !== null) throw error;
      await new Promise((done) => setTimeout(done, 50));
    });
  }
  return {
    directory: `https://localhost:${port}/dir`,
    /** What its own address is certified by, as a file; and what it certifies by. */
    certificate,
    root,
    end: async () => {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
