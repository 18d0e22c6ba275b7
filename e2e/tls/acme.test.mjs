// The program gets its certificate from an authority, keeps it, and renews it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { createInterface } from 'node:readline';
import { pebble } from '../servers/pebble.mjs';
import { freePort } from '../servers/toxiproxy.mjs';

const binary = process.env.MOODBITES_BIN ?? resolve(import.meta.dirname, '../../target/debug/moodbites');

const where = (data, https) => {
  const listen = [`https=127.0.0.1:${https}`, 'turn=127.0.0.1:0', 'web=off', 'accounts=off', 'chat=off', 'calls=off'];
  return ['--data', data, ...listen.flatMap((one) => ['--listen', one]), '--public-address', `https://localhost:${https}`];
};

/** What the doctor says beside a running server. */
function doctor(data, https) {
  const env = { ...process.env, MOODBITES_TLS: 'acme', MOODBITES_ACME_EMAIL: 'it@example.org' };
  return new Promise((done) => execFile(binary, ['doctor', ...where(data, https)], { env }, (_error, stdout) => done(stdout)));
}

class Server {
  constructor(t, { data, https, directory, root }) {
    const args = ['serve', ...where(data, https)];
    const acme = ['--tls', 'acme', '--acme-email', 'it@example.org', '--acme-directory', directory];
    const env = { ...process.env, MOODBITES_LOG: 'info', MOODBITES_ACME_ROOT: root };
    this.child = spawn(binary, [...args, ...acme], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => this.child.kill('SIGKILL'));
    this.log = [];
    this.waiting = new Set();
    createInterface({ input: this.child.stderr }).on('line', (line) => {
      this.log.push(line);
      for (const look of this.waiting) look();
    });
  }

  /** The first line of the log that says so, said already or yet to come. */
  said(pattern) {
    return new Promise((done, failed) => {
      const look = () => {
        const line = this.log.find((one) => pattern.test(one));
        if (line === undefined) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        done(line);
      };
      const timer = setTimeout(() => failed(new Error(`it never said ${pattern}:\n${this.log.join('\n')}`)), 60_000);
      this.waiting.add(look);
      look();
    });
  }

  async stop() {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** The serial number of what is given out to who trusts `ca`. */
function serial(port, ca) {
  return new Promise((done, failed) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] }, () => {
      done(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', failed);
  });
}

function page(port, ca) {
  return new Promise((done, failed) => {
    get({ host: '127.0.0.1', servername: 'localhost', port, ca, path: '/health', headers: { host: 'localhost' } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    }).on('error', failed);
  });
}

describe('a certificate by ACME', () => {
  let data, https, port;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'moodbites-acme-'));
    [https, port] = [await freePort(), await freePort()];
  });
  after(() => rm(data, { recursive: true, force: true }));

  it('says what is wrong when the name leads elsewhere', async (t) => {
    const authority = await pebble({ tlsPort: await freePort(), validityPeriod: 3600, port });
    t.after(() => authority.end());
    const server = new Server(t, { data, https, directory: authority.directory, root: authority.certificate });
    const line = await server.said(/no certificate could be got/);
    assert.match(line, /port 443 of localhost: does that lead here/);
    assert.match(line, /tried again in 60 s/);
    await assert.rejects(serial(https, authority.root), 'without a certificate there is no TLS');
    await server.stop();
    await rm(join(data, 'acme.json'));
  });

  it('says it when the authority is away', async (t) => {
    // Its certificate has to be a file; any will do.
    const authority = await pebble({ tlsPort: https, validityPeriod: 3600, port });
    t.after(() => authority.end());
    const away = `https://localhost:${await freePort()}/dir`;
    const server = new Server(t, { data, https, directory: away, root: authority.certificate });
    assert.match(await server.said(/no certificate could be got/), /[Cc]onnect/);
    await server.stop();
  });

  it('is got, kept over a restart, and renewed', async (t) => {
    // Two thirds of this are ten seconds.
    const authority = await pebble({ tlsPort: https, validityPeriod: 15, port });
    t.after(() => authority.end());
    const options = { data, https, directory: authority.directory, root: authority.certificate };
    let server = new Server(t, options);
    await server.said(/there is a certificate/);
    const first = await serial(https, authority.root);
    assert.equal(await page(https, authority.root), 200);
    assert.equal((await stat(join(data, 'acme.json'))).mode & 0o777, 0o600);
    const said = await doctor(data, https);
    assert.match(said, /ok +https \(127\.0\.0\.1:\d+\) answers/);
    assert.match(said, /warn +The certificate ends in 0 days/);
    await server.stop();
    const { account } = JSON.parse(await readFile(join(data, 'acme.json'), 'utf8'));

    server = new Server(t, options);
    await server.said(/there is a certificate/);
    const next = await serial(https, authority.root);
    assert.notEqual(next, first);
    assert.equal(await page(https, authority.root), 200);
    // It came back with the one that it had, and renewed it by the same account when it was time.
    assert.ok(!server.log.some((line) => /no certificate/.test(line)));
    await server.stop();
    const kept = JSON.parse(await readFile(join(data, 'acme.json'), 'utf8'));
    assert.deepEqual(kept.account, account);
    assert.equal(kept.email, 'it@example.org');
  });
});
