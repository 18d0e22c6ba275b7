// What LiveKit takes for its Egress, and the Redis through which the two speak, on a free port of this machine.
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './toxiproxy.mjs';

const script = resolve(import.meta.dirname, '../../scripts/servers.sh');

/** A second of a film that browsers play. */
function film(file) {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=2'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
  // Its index is at the end, as Egress writes it.
  const coded = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  execFileSync('ffmpeg', ['-v', 'error', ...picture, ...sound, ...coded, file], { stdio: 'inherit' });
}

/** One with a folder of its own. `livekit` is what LiveKit's configuration needs for it, `env` what ours does. */
export async function egress() {
  const program = execFileSync(script, ['egress'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const [home, port] = [await mkdtemp(join(tmpdir(), 'moodbites-egress-')), await freePort()];
  const [folder, made] = [await mkdtemp(join(home, 'out-')), join(home, 'film.mp4')];
  // Others may write there, as docs/running.md has it.
  await chmod(folder, 0o2770);
  film(made);
  const memory = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', home];
  const redis = spawn('redis-server', memory, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done, failed) => {
    redis.once('exit', () => failed(new Error('Redis did not start')));
    createInterface({ input: redis.stdout }).on('line', (line) => line.includes('Ready to accept connections') && done());
  });
  const child = spawn(program, ['-redis', `127.0.0.1:${port}`, '-folder', folder, '-film', made], { stdio: ['pipe', 'pipe', 'inherit'] });
  const it = {
    folder,
    film: await readFile(made),
    livekit: { redis: { address: `127.0.0.1:${port}` } },
    env: { MOODBITES_LIVEKIT_EGRESS_DIR: folder },
    /** The ids of what was asked for. */
    asked: [],
    /** What becomes of the next: it `works`, `fails`, `loses` what it has at the end, or `stalls`. */
    next: (way) => child.stdin.write(`${way}\n`),
    async end() {
      child.stdin.end();
      redis.kill('SIGKILL');
      await rm(home, { recursive: true, force: true });
    },
  };
  await new Promise((done) => createInterface({ input: child.stdout }).on('line', (line) => (line === 'ready' ? done() : it.asked.push(line))));
  return it;
}
