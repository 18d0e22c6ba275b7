import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const binary = process.env['MOODBITES_BIN'] ?? resolve(import.meta.dirname, '../target/debug/moodbites');

export type RoleName = 'patient' | 'dietician' | 'admin';

export interface Person {
  name: string;
  email: string;
  password: string;
  role: RoleName;
}

/** The real binary on free ports, with a data folder of its own. */
export class Server {
  private child: ChildProcess | undefined;
  private addresses: Record<string, string[]> = {};

  private constructor(
    readonly data: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly ports: Record<string, string>,
    private readonly flags: readonly string[],
  ) {}

  static async start(env: NodeJS.ProcessEnv = {}, ...flags: string[]): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), 'moodbites-'));
    const any = '127.0.0.1:0';
    const server = new Server(data, env, { web: any, accounts: any, chat: any, calls: any }, flags);
    await server.boot();
    return server;
  }

  /** The address of a role's first listener, as a URL. */
  url(role: 'web' | 'redirect' | 'accounts' | 'chat' | 'calls' = 'web'): string {
    const address = this.addresses[role]?.[0];
    if (!address) throw new Error(`no listener for ${role}`);
    return `http://${address}`;
  }

  get pid(): number {
    if (!this.child?.pid) throw new Error('the server is not running');
    return this.child.pid;
  }

  /** Starts on the same data; the second time on the same ports, so that pages find it again. */
  async boot(): Promise<void> {
    const listen = Object.entries(this.ports).flatMap(([role, address]) => ['--listen', `${role}=${address}`]);
    const child = spawn(binary, ['serve', '--data', this.data, ...listen, ...this.flags], {
      env: { ...process.env, MOODBITES_LOG: 'warn', ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    this.addresses = await new Promise((done, failed) => {
      child.once('exit', (code) => failed(new Error(`the server ended with ${code} before it was ready`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('ready ')) done(JSON.parse(line.slice('ready '.length)));
      });
    });
    for (const [role, [address]] of Object.entries(this.addresses)) if (address) this.ports[role] = address;
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.kill(signal);
    return ended;
  }

  async stop(): Promise<void> {
    await this.kill('SIGKILL');
    await rm(this.data, { recursive: true, force: true });
  }

  async cli(...args: string[]): Promise<string> {
    const [group = '', command = '', ...rest] = args;
    return (await run(binary, [group, command, '--data', this.data, ...rest])).stdout;
  }

  async add(person: Person): Promise<Person> {
    const { name, email, role, password } = person;
    await this.cli('user', 'add', '--name', name, '--email', email, '--role', role, '--password', password);
    return person;
  }
}
