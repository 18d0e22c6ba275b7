// The real server with its relay on free ports, and coturn's client beside it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const binary = process.env.MOODBITES_BIN ?? resolve(import.meta.dirname, '../../target/debug/moodbites');
/** Above what the system gives to peers: on this one machine their address is the relay's too. */
const PORTS = ['--turn-relay-ports', '61000-65535'];
export const SECRET = 'the secret of the tests of the relay';

/** Whether coturn's client is here. Its own help ends it with an error. */
export async function hasClient() {
  return run('turnutils_uclient', ['-h']).then(
    () => true,
    (error) => error.code !== 'ENOENT',
  );
}

export class Relay {
  static async open({ flags = [], env = {} } = {}) {
    const relay = new Relay();
    relay.data = await mkdtemp(join(tmpdir(), 'moodbites-turn-'));
    const [cert, key] = [join(relay.data, 'cert.pem'), join(relay.data, 'key.pem')];
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
    ]);
    const listen = ['web=127.0.0.1:0', 'accounts=127.0.0.1:0', 'chat=off', 'calls=off', 'turn=127.0.0.1:0,[::1]:0', 'turns=127.0.0.1:0', 'https=127.0.0.1:0'];
    const args = ['serve', '--data', relay.data, ...listen.flatMap((one) => ['--listen', one]), '--tls-cert', cert, '--tls-key', key, ...PORTS, ...flags];
    relay.env = { ...process.env, MOODBITES_LOG: 'warn', MOODBITES_LIMITS: 'off', MOODBITES_TURN_SECRET: SECRET, ...env };
    relay.child = spawn(binary, args, { env: relay.env, stdio: ['ignore', 'pipe', 'inherit'] });
    relay.addresses = await new Promise((done, failed) => {
      relay.child.once('exit', (code) => failed(new Error(`the server ended with ${code} before it was ready`)));
      createInterface({ input: relay.child.stdout }).on('line', (line) => {
        if (line.startsWith('ready ')) done(JSON.parse(line.slice('ready '.length)));
      });
    });
    return relay;
  }

  port(role, at = 0) {
    return this.addresses[role][at].replace(/.*:/, '');
  }

  async cli(...args) {
    return (await run(binary, [...args.slice(0, 2), '--data', this.data, ...args.slice(2)], { env: this.env })).stdout;
  }

  async close() {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.data, { recursive: true, force: true });
  }

  /** Runs coturn's client; what it sent, received and lost. It ends with 0 even if all was lost. */
  async client(flags, { port = this.port('turn'), host = '127.0.0.1', secret = SECRET } = {}) {
    const args = [...flags, '-p', port, '-u', 'anna', '-W', secret, host];
    const { stdout, stderr } = await run('turnutils_uclient', args, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }).catch((error) => error);
    const text = `${stdout}${stderr}`;
    const counts = [...text.matchAll(/tot_send_msgs=(\d+), tot_recv_msgs=(\d+)/g)].at(-1);
    const lost = /Total lost packets (\d+)/.exec(text);
    return { sent: Number(counts?.[1] ?? 0), received: Number(counts?.[2] ?? 0), lost: Number(lost?.[1] ?? NaN), text };
  }
}

/** A peer that sends back what it gets. */
export async function echo(host) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  await new Promise((done) => socket.bind(0, host, done));
  return { port: String(socket.address().port), close: () => socket.close() };
}
