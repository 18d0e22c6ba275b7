// A network between two programs of this machine that lags, stalls and breaks when it is told to.
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { resolve } from 'node:path';

const script = resolve(import.meta.dirname, '../../scripts/servers.sh');

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Passes on to `upstream` (`host:port`). */
export async function toxiproxy(upstream) {
  const program = execFileSync(script, ['toxiproxy'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const port = await freePort();
  const child = spawn(program, ['-host', '127.0.0.1', '-port', `${port}`], { stdio: 'ignore', env: { ...process.env, LOG_LEVEL: 'fatal' } });
  const api = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  for (let tries = 0; ; tries++) {
    try {
      await api('GET', '/proxies');
      break;
    } catch (error) {
      if (tries === 100 || child.exitCode !== null) {
        child.kill();
        throw error;
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  const { listen } = await api('POST', '/proxies', { name: 'network', listen: '127.0.0.1:0', upstream, enabled: true });
  return {
    address: listen,
    /** A toxic of that type on what comes back, until `heal`. */
    spoil: (type, attributes) => api('POST', '/proxies/network/toxics', { name: type, type, stream: 'downstream', attributes }),
    heal: (type) => api('DELETE', `/proxies/network/toxics/${type}`),
    /** Closes every connection and takes none. */
    cut: () => api('POST', '/proxies/network', { name: 'network', listen, upstream, enabled: false }),
    join: () => api('POST', '/proxies/network', { name: 'network', listen, upstream, enabled: true }),
    end: () => child.kill(),
  };
}
