// The real server in its own corner of the network, and two people at browsers in theirs.
import { chromium, expect, type Browser, type Page } from '@playwright/test';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { watchMedia } from '../browser/media.js';
import { fillSignIn } from '../browser/people.js';
import { SERVER, type Client, type Network } from './network.js';

const run = promisify(execFile);
const binary = process.env['MOODBITES_BIN'] ?? resolve(import.meta.dirname, '../../target/debug/moodbites');
const PASSWORD = 'correct horse battery';
const PEOPLE = { anna: { name: 'Anna Weber', role: 'dietician' }, tom: { name: 'Tom Fuchs', role: 'patient' } } as const;

export class Practice {
  private child: ChildProcess | undefined;
  private readonly browsers: Browser[] = [];

  private constructor(
    private readonly network: Network,
    private readonly data: string,
  ) {}

  static async open(network: Network): Promise<Practice> {
    const practice = new Practice(network, await mkdtemp(join(tmpdir(), 'moodbites-')));
    const { cert, key } = practice;
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '60'],
      ...['-subj', `/CN=${SERVER}`, '-addext', `subjectAltName=IP:${SERVER}`, '-keyout', key, '-out', cert],
    ]);
    for (const [client, { name, role }] of Object.entries(PEOPLE)) {
      const who = ['--name', name, '--email', `${client}@example.org`, '--role', role, '--password', PASSWORD];
      await run(binary, ['user', 'add', '--data', practice.data, ...who]);
    }
    await practice.boot();
    return practice;
  }

  private get cert(): string {
    return join(this.data, 'cert.pem');
  }

  private get key(): string {
    return join(this.data, 'key.pem');
  }

  /** Starts on the same ports and data. */
  async boot(): Promise<void> {
    const listen = [`https=${SERVER}:443`, `turn=${SERVER}:3478`, 'web=off', 'accounts=off', 'chat=off', 'calls=off'];
    const flags = ['--public-address', `https://${SERVER}`, '--tls-cert', this.cert, '--tls-key', this.key, '--turn-allow-peer', '198.18.0.0/15'];
    const args = ['serve', '--data', this.data, ...listen.flatMap((one) => ['--listen', one]), ...flags];
    const child = spawn('ip', ['netns', 'exec', this.network.space('server'), binary, ...args], {
      env: { ...process.env, MOODBITES_LOG: 'warn' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    await new Promise<void>((done, failed) => {
      child.once('exit', (code) => failed(new Error(`the server ended with ${code} before it was ready`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('ready ')) done();
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }

  /** A browser of their own in their own network, signed in. */
  async visit(client: Client): Promise<Page> {
    const spki = new X509Certificate(await readFile(this.cert)).publicKey.export({ type: 'spki', format: 'der' });
    const browser = await chromium.launch({
      executablePath: await this.network.wrapper(client, process.env['CHROMIUM'] ?? '/usr/bin/chromium'),
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
        ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
        // For the relay too, which no setting of a page reaches.
        `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
      ],
    });
    this.browsers.push(browser);
    const context = await browser.newContext({ baseURL: `https://${SERVER}`, permissions: ['camera', 'microphone'] });
    await watchMedia(context);
    const page = await context.newPage();
    await page.goto('/');
    await fillSignIn(page, { email: `${client}@example.org`, password: PASSWORD });
    await expect(page.getByRole('navigation').first()).toBeVisible();
    return page;
  }

  async close(): Promise<void> {
    for (const browser of this.browsers) await browser.close();
    await this.kill();
    await rm(this.data, { recursive: true, force: true });
  }

  static nameOf(client: Client): string {
    return PEOPLE[client].name;
  }
}
