// The real server, and people on real sockets. Nothing here sleeps: what must not come is ruled out by a round trip that
// comes after it, since the events of one connection keep their order.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';

const run = promisify(execFile);
export const binary = process.env.MOODBITES_BIN ?? resolve(import.meta.dirname, '../../target/debug/moodbites');
const password = 'correct horse battery';
const PATIENCE = 10_000;

/** Where to keep the data, if not in the folder: a database that nobody else has. */
function database() {
  const server = process.env.TEST_MONGODB;
  return server ? { MONGODB_URI: `${server}/wire_${randomBytes(8).toString('hex')}` } : {};
}

export class Practice {
  people = {};
  sockets = new Set();

  static async open(env = {}) {
    const practice = new Practice();
    practice.data = await mkdtemp(join(tmpdir(), 'moodbites-wire-'));
    practice.env = { MOODBITES_LOG: 'warn', MOODBITES_LIMITS: 'off', ...database(), ...env };
    await practice.boot();
    return practice;
  }

  async boot() {
    const any = ['web', 'accounts', 'chat', 'calls'].flatMap((role) => ['--listen', `${role}=127.0.0.1:0`]);
    this.child = spawn(binary, ['serve', '--data', this.data, ...any], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.addresses = await new Promise((done, failed) => {
      this.child.once('exit', (code) => failed(new Error(`the server ended with ${code} before it was ready`)));
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        if (line.startsWith('ready ')) done(JSON.parse(line.slice('ready '.length)));
      });
    });
  }

  async end(signal) {
    const ended = new Promise((done) => this.child.once('exit', (code) => done(code)));
    this.child.kill(signal);
    return ended;
  }

  async close() {
    for (const socket of this.sockets) socket.disconnect();
    if (this.child.exitCode === null && this.child.signalCode === null) await this.end('SIGKILL');
    await rm(this.data, { recursive: true, force: true });
  }

  url(role) {
    return `http://${this.addresses[role][0]}`;
  }

  async cli(...args) {
    const env = { ...process.env, ...this.env };
    return (await run(binary, [...args.slice(0, 2), '--data', this.data, ...args.slice(2)], { env })).stdout;
  }

  /** A person with an account and a token, `{ id, name, email, token }`. */
  async person(name, role) {
    const email = `${name.toLowerCase()}@example.org`;
    await this.cli('user', 'add', '--name', name, '--email', email, '--role', role, '--password', password);
    return this.signIn(name, email);
  }

  async signIn(name, email = `${name.toLowerCase()}@example.org`) {
    const response = await fetch(`${this.url('accounts')}/api/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const { token, user } = await response.json();
    const person = { id: user._id, name, email, token };
    this.people[name] = person;
    return person;
  }

  async get(person, path, role = 'web') {
    const headers = person ? { authorization: `Bearer ${person.token}` } : {};
    const response = await fetch(this.url(role) + path, { headers });
    return { status: response.status, body: await response.json() };
  }

  /** An own client's connection, on `web` with a device, unless something else is asked for. */
  connect(person, { role = 'web', device = 'laptop', auth, ...options } = {}) {
    const socket = io(this.url(role), {
      auth: auth ?? { token: person?.token, ...(device ? { deviceId: device } : {}) },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    this.sockets.add(socket);
    const line = new Line(socket, person);
    return new Promise((done, failed) => {
      socket.once('connect', () => done(line));
      socket.once('connect_error', (error) => failed(error));
    });
  }

  /** An old page's connection. */
  old(person, options = {}) {
    return this.connect(person, { role: 'chat', device: null, ...options });
  }
}

/** A socket that remembers what came. */
export class Line {
  got = [];
  #waiting = new Set();

  constructor(socket, person) {
    this.socket = socket;
    this.person = person;
    socket.onAny((event, payload) => this.#came({ event, payload }));
    socket.on('disconnect', (reason) => this.#came({ event: 'disconnect', payload: reason }));
  }

  #came(event) {
    this.got.push(event);
    for (const look of this.#waiting) look();
  }

  all(event) {
    return this.got.filter((one) => one.event === event).map((one) => one.payload);
  }

  /** The first event of that name that fits, be it here already or still to come. */
  next(event, fits = () => true, patience = PATIENCE) {
    return this.until(() => this.all(event).find(fits), `no ${event} came to ${this.person?.name}`, patience);
  }

  /** So many events of that name. */
  count(event, count) {
    return this.until(
      () => (this.all(event).length >= count ? this.all(event) : undefined),
      () => `${this.all(event).length} ${event} of ${count} came to ${this.person?.name}`,
    );
  }

  until(look, complaint, patience = PATIENCE) {
    return new Promise((done, failed) => {
      const say = () => failed(new Error(typeof complaint === 'function' ? complaint() : complaint));
      const timer = setTimeout(() => {
        this.#waiting.delete(again);
        say();
      }, patience);
      const again = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(again);
        done(found);
      };
      this.#waiting.add(again);
      again();
    });
  }

  ask(event, ...args) {
    return this.socket.timeout(PATIENCE).emitWithAck(event, ...args);
  }

  tell(event, ...args) {
    this.socket.emit(event, ...args);
  }

  send(to, message, more = {}) {
    return this.ask('send-message', {
      clientMessageId: crypto.randomUUID(),
      receiverId: to.id,
      message,
      messageType: 'text',
      ...more,
    });
  }

  /** Everything that the server had sent before is here. */
  settled() {
    return this.ask('join-room', this.person.id);
  }

  clear() {
    this.got = [];
  }

  /** It has moved from polling to a websocket. */
  async upgraded() {
    const { engine } = this.socket.io;
    if (engine.transport.name === 'websocket') return;
    await once(engine, 'upgrade');
  }

  close() {
    this.socket.disconnect();
  }

  /** Leaves, and comes back when the server has forgotten it: only then it closes the transport of who has left. */
  async leave() {
    const { engine } = this.socket.io;
    const closed = once(engine, 'close');
    engine.write('1');
    await closed;
  }
}

const once = (emitter, event) =>
  new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no ${event}`)), PATIENCE);
    emitter.once(event, () => {
      clearTimeout(timer);
      done();
    });
  });

/** The code of a refused handshake. */
export async function refusal(connecting) {
  try {
    const line = await connecting;
    line.close();
    return 'let in';
  } catch (error) {
    return error.message;
  }
}

export const fixture = async (name) => {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(resolve(import.meta.dirname, `../../fixtures/wire/${name}.json`), 'utf8'));
};

export const keys = (value) => Object.keys(value).sort();
