// The real program on one data folder, started again and again; people with accounts.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const binary = process.env.BREAKABLE_BIN ?? resolve(import.meta.dirname, '../../target/debug/examples/breakable');
/** What is sent at once of an upload, in bytes. */
const PIECE = 32 * 1024;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const password = 'correct horse battery';

export class Server {
  #up = deferred();

  static async make({ data, env } = {}) {
    const server = new Server();
    server.own = !data;
    server.data = data ?? (await mkdtemp(join(tmpdir(), 'moodbites-crash-')));
    server.env = { MOODBITES_LOG: 'error', MOODBITES_LIMITS: 'off', ...env };
    return server;
  }

  /** Starts it, to die at `failpoint` if one is given. */
  async boot(failpoint) {
    const any = ['web', 'accounts', 'chat'].flatMap((role) => ['--listen', `${role}=127.0.0.1:0`]);
    const env = { ...process.env, ...this.env, ...(failpoint ? { FAILPOINT: failpoint } : {}) };
    const child = spawn(binary, ['serve', '--data', this.data, ...any, '--listen', 'calls=off'], {
      env,
      stdio: ['ignore', 'pipe', process.env.CRASH_LOG ? 'inherit' : 'ignore'],
    });
    this.child = child;
    this.ended = new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)));
    const ready = new Promise((done) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('ready ')) done(JSON.parse(line.slice('ready '.length)));
      });
    });
    // Where it dies while it starts, nobody was told that it is there.
    const addresses = await Promise.race([ready, this.ended.then(() => null)]);
    if (!addresses) return false;
    this.#up.resolve(addresses);
    this.ended.then(() => (this.#up = deferred()));
    return true;
  }

  get isUp() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Where a role listens, once it does. */
  async address(role) {
    return (await this.#up.promise)[role][0];
  }

  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    await this.ended;
  }

  async close() {
    if (this.child) await this.kill();
    if (this.own) await rm(this.data, { recursive: true, force: true });
  }

  /** A person with an account, a bearer token and, for our clients, the same token. */
  async person(name, role) {
    const email = `${name.toLowerCase()}@example.org`;
    const args = ['--name', name, '--email', email, '--role', role, '--password', password];
    await run(binary, ['user', 'add', '--data', this.data, ...args], { env: { ...process.env, ...this.env } });
    const response = await fetch(`http://${await this.address('accounts')}/api/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const { token, user } = await response.json();
    return { id: user._id, name, token };
  }

  /** Uploads a file, a piece now and then, so that a kill may come in the middle; throws where the server is gone. */
  async upload(person, { key, bytes }) {
    const [form, end] = multipart({ uploadId: key, kind: 'file' }, `${key}.txt`);
    async function* pieces() {
      yield form.head;
      for (let at = 0; at < bytes.length; at += PIECE) {
        await pause(1);
        yield bytes.subarray(at, at + PIECE);
      }
      yield end;
    }
    const response = await fetch(`http://${await this.address('web')}/api/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person.token}`, 'content-type': form.type },
      body: ReadableStream.from(pieces()),
      duplex: 'half',
    });
    return response.json();
  }

  /** The bytes at an address. */
  async download(address) {
    const response = await fetch(address);
    if (!response.ok) return null;
    return Buffer.from(await response.arrayBuffer());
  }

  async get(person, path, role = 'web') {
    const headers = { authorization: `Bearer ${person.token}` };
    const response = await fetch(`http://${await this.address(role)}${path}`, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Everything of a conversation, oldest first, each as `of` makes it, and its receipts. */
  async read(person, conversation, of = (entry) => entry) {
    let receipts;
    const page = async (before) => {
      const page = await this.get(person, `/api/conversations/${conversation}/entries?limit=200${before}`);
      receipts ??= page.receipts;
      return page.entries;
    };
    return { entries: await backwards(page, of), receipts };
  }

  /** The same as old pages load it. */
  async readAsOld(person, conversation, of) {
    return backwards((before) => this.get(person, `/api/conversations/${conversation}/messages?limit=200${before}`, 'chat'), of);
  }
}

/** Page after page, until there is none. */
async function backwards(get, of) {
  const pages = [];
  for (let before = ''; ; ) {
    const page = await get(before);
    if (page.length === 0) return pages.reverse().flat();
    before = `&before=${page[0].seq}`;
    pages.push(page.map(of));
  }
}

/** A form of these fields and then a file: what comes before its bytes, and what after. */
function multipart(fields, name) {
  const mark = 'a-line-between-fields';
  const part = (disposition, type = '') => `--${mark}\r\ncontent-disposition: form-data; ${disposition}\r\n${type}\r\n`;
  const before = Object.entries(fields).map(([field, value]) => `${part(`name="${field}"`)}${value}\r\n`);
  const head = Buffer.from(before.join('') + part(`name="file"; filename="${name}"`, 'content-type: text/plain\r\n'));
  return [{ head, type: `multipart/form-data; boundary=${mark}` }, Buffer.from(`\r\n--${mark}--\r\n`)];
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
