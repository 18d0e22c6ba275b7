// A LiveKit server on free ports of this machine, with a key of its own.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { resolve } from 'node:path';
import { freePort } from './toxiproxy.mjs';

const script = resolve(import.meta.dirname, '../../scripts/servers.sh');

async function freeUdpPort() {
  const socket = createSocket('udp4');
  await new Promise((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address();
  await new Promise((done) => socket.close(done));
  return port;
}

/** Where one will be, and by which key, before it is started. */
export async function livekit() {
  const program = execFileSync(script, ['livekit'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const [port, tcp, udp] = [await freePort(), await freePort(), await freeUdpPort()];
  const [key, secret] = [`key-${randomBytes(4).toString('hex')}`, randomBytes(24).toString('hex')];
  const server = {
    url: `ws://127.0.0.1:${port}`,
    env: { LIVEKIT_URL: `ws://127.0.0.1:${port}`, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret },
    key,
    secret,
    /** Starts it, again where it was; it tells `webhook` what happens, if anybody. `more` is of its configuration. */
    async start(webhook, more = {}) {
      // JSON is YAML.
      const config = {
        port,
        bind_addresses: ['127.0.0.1'],
        rtc: { tcp_port: tcp, udp_port: udp, node_ip: '127.0.0.1', use_external_ip: false, enable_loopback_candidate: true, interfaces: { includes: ['lo'] } },
        keys: { [key]: secret },
        ...(webhook && { webhook: { api_key: key, urls: [webhook] } }),
        logging: { level: 'error', pion_level: 'error' },
        ...more,
      };
      const env = { ...process.env, LIVEKIT_CONFIG: JSON.stringify(config) };
      server.child = spawn(program, [], { stdio: ['ignore', 'ignore', 'inherit'], env });
      for (let tries = 0; ; tries++) {
        const up = await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.ok, () => false);
        if (up) return;
        if (tries === 200 || server.child.exitCode !== null) throw new Error('LiveKit did not start');
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    /** It answers nothing until `resume`. */
    pause: () => server.child?.kill('SIGSTOP'),
    resume: () => server.child?.kill('SIGCONT'),
    async end(signal = 'SIGKILL') {
      if (!server.child || server.child.exitCode !== null || server.child.signalCode !== null) return;
      const gone = new Promise((done) => server.child.once('exit', done));
      server.child.kill(signal);
      await gone;
    },
  };
  return server;
}
