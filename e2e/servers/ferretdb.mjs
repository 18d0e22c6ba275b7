// A server of MongoDB's protocol on a folder of its own, which outlives the server and goes with `end`.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const script = resolve(import.meta.dirname, '../../scripts/servers.sh');

export async function ferretdb() {
  const program = execFileSync(script, ['ferretdb'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const folder = await mkdtemp(join(tmpdir(), 'ferretdb-'));
  const server = {
    async start() {
      const address = server.uri ? [new URL(server.uri).host] : [];
      // It makes so much garbage that collecting it is a third of its work.
      const env = { ...process.env, GOGC: '400' };
      // It ends with its standard input.
      server.child = spawn(program, [folder, ...address], { stdio: ['pipe', 'pipe', 'inherit'], env });
      const line = await new Promise((done, failed) => {
        server.child.once('exit', (code) => failed(new Error(`FerretDB ended with ${code}`)));
        createInterface({ input: server.child.stdout }).once('line', done);
      });
      server.uri = line.replace(/\/$/, '');
    },
    kill() {
      const gone = new Promise((done) => server.child.once('exit', done));
      server.child.kill('SIGKILL');
      return gone;
    },
    async end() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
