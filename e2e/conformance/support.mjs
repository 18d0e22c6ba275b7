// The server that the suites speak to, a websocket that keeps what came, and polls. Our engine sends its first heartbeat
// at once; a heartbeat may come at any time, so whoever doesn't look for one answers it and goes on.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const binary = process.env.CONFORMANCE_BIN ?? resolve(import.meta.dirname, '../../target/debug/examples/conformance');
const PATIENCE = 5000;
export const PING_INTERVAL = 300;
export const PING_TIMEOUT = 200;

export async function serve() {
  const data = await mkdtemp(join(tmpdir(), 'moodbites-conformance-'));
  const child = spawn(binary, [data], { env: { ...process.env, MOODBITES_LOG: 'warn' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the server ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('ready ') && done(line.slice(6)));
  });
  return {
    address,
    async close() {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

export class Socket {
  #frames = [];
  #waiting = [];
  #closed = false;

  constructor(url) {
    this.ws = new WebSocket(url);
    this.ws.binaryType = 'arraybuffer';
    this.ws.on('error', () => {});
    this.ws.on('message', (data, isBinary) => {
      this.#frames.push(isBinary ? new Uint8Array(data) : Buffer.from(data).toString());
      this.#look();
    });
    this.ws.on('close', () => {
      this.#closed = true;
      this.#look();
    });
    this.opened = new Promise((done) => this.ws.once('open', done));
  }

  #look() {
    for (const look of [...this.#waiting]) look();
  }

  #until(find, what) {
    return new Promise((done, failed) => {
      const end = (then) => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((other) => other !== look);
        then();
      };
      const timer = setTimeout(() => end(() => failed(new Error(`${what} did not come in time`))), PATIENCE);
      const look = () => {
        const found = find();
        if (found !== undefined) end(() => done(found));
        else if (this.#closed) end(() => failed(new Error(`closed instead of ${what}`)));
      };
      this.#waiting.push(look);
      look();
    });
  }

  /** The next frame, whatever it is. */
  frame() {
    return this.#until(() => this.#frames.shift(), 'a frame');
  }

  /** The next frame that is no heartbeat. */
  async next() {
    let frame;
    while ((frame = await this.frame()) === '2') this.ws.send('3');
    return frame;
  }

  /** Comes back when the other side has closed it, whatever it said before. */
  closed() {
    if (this.#closed) return Promise.resolve();
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error('it was not closed in time')), PATIENCE);
      this.ws.once('close', () => {
        clearTimeout(timer);
        done();
      });
    });
  }

  send(data) {
    this.ws.send(data);
  }

  close() {
    this.ws.terminate();
  }
}

/** One session over HTTP. */
export class Polling {
  constructor(url) {
    this.url = `${url}?EIO=4&transport=polling`;
  }

  async open() {
    const text = await (await fetch(this.url)).text();
    this.sid = JSON.parse(text.slice(1)).sid;
    this.url += `&sid=${this.sid}`;
    return this;
  }

  /** The same, past the heartbeat that comes at once. */
  async settle() {
    await this.open();
    const first = await this.poll();
    if (first.text !== '2') throw new Error(`a heartbeat was to come at once, not ${first.text}`);
    await this.post('3');
    return this;
  }

  async poll(options) {
    const response = await fetch(this.url, options);
    return { status: response.status, text: await response.text() };
  }

  async post(body) {
    const response = await fetch(this.url, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
