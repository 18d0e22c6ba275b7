import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const binary = process.env['LIVEKIT_BIN'] ?? resolve(import.meta.dirname, 'bin/livekit');

/** A LiveKit server on free ports of loopback, with keys of its own. Killed, it can be started again where it was. */
export class LiveKit {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly key: string,
    readonly secret: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<LiveKit> {
    const folder = await mkdtemp(join(tmpdir(), 'livekit-'));
    const [port, tcp, udp] = [await freeTcp(), await freeTcp(), await freeUdp()];
    const server = new LiveKit(port, `key${randomBytes(4).toString('hex')}`, randomBytes(24).toString('hex'), folder);
    const config = {
      port,
      bind_addresses: ['127.0.0.1'],
      keys: { [server.key]: server.secret },
      rtc: { tcp_port: tcp, udp_port: udp, node_ip: '127.0.0.1', use_external_ip: false, enable_loopback_candidate: true, interfaces: { includes: ['lo'] } },
      logging: { level: 'error' },
    };
    await writeFile(join(folder, 'livekit.yaml'), JSON.stringify(config)); // JSON is YAML
    await server.boot();
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** What our server is configured with. */
  get env(): NodeJS.ProcessEnv {
    return { LIVEKIT_URL: this.url, LIVEKIT_API_KEY: this.key, LIVEKIT_API_SECRET: this.secret };
  }

  async boot(): Promise<void> {
    const child = spawn(binary, ['--config', join(this.folder, 'livekit.yaml')], { stdio: 'ignore' });
    this.child = child;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`LiveKit ended with ${child.exitCode}`);
      const answer = await fetch(`http://127.0.0.1:${this.port}/`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function freeTcp(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function freeUdp(): Promise<number> {
  return new Promise((done, failed) => {
    const socket = createSocket('udp4');
    socket.once('error', failed);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });
}
