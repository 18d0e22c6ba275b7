// The relay against coturn, by coturn's own client, one after the other, three times each: `node turn.mjs [clients] [messages] [bytes]`.
// Every message crosses a relay twice: out to a peer and back, or by both clients' relays. What counts is relayed packets
// per second of the server's CPU, and that none is lost.
import { spawn } from 'node:child_process';
import { cpuSeconds, median, residentKiB } from './lib.mjs';
import { SECRET, coturn, freePort, ours, run } from './relays.mjs';

const [clients = '50', messages = '2000', bytes = '1000'] = process.argv.slice(2);
const TURNS = 3;
const round = (value) => Math.round(value).toLocaleString('en');

async function measure(server, flags) {
  const [cpu, began] = [cpuSeconds(server.pid), performance.now()];
  const args = ['-m', clients, '-n', messages, '-l', bytes, '-z', '1', '-c', ...flags, '-p', `${flags.includes('-S') ? server.tlsPort : server.port}`, '-u', 'bench', '-W', SECRET, '127.0.0.1'];
  const { stdout } = await run('turnutils_uclient', args, { maxBuffer: 256 * 1024 * 1024 });
  const received = Number([...stdout.matchAll(/tot_recv_msgs=(\d+)/g)].at(-1)?.[1] ?? 0);
  const lost = Number(/Total lost packets (\d+)/.exec(stdout)?.[1] ?? NaN);
  const used = cpuSeconds(server.pid) - cpu;
  return { relayed: 2 * received, lost, used, perCpu: (2 * received) / used, seconds: (performance.now() - began) / 1000 };
}

const peerPort = await freePort();
const peer = spawn('turnutils_peer', ['-p', `${peerPort}`, '-L', '127.0.0.1'], { stdio: 'ignore' });
try {
  console.log(`${clients} clients, ${messages} messages of ${bytes} bytes each\n`);
  console.log('| server | way | relayed | lost | CPU s | relayed per CPU s | RSS MiB |\n| --- | --- | --- | --- | --- | --- | --- |');
  for (const [way, flags] of [
    ['channels, to a peer', ['-e', '127.0.0.1', '-r', `${peerPort}`]],
    ['indications, to a peer', ['-s', '-e', '127.0.0.1', '-r', `${peerPort}`]],
    ['channels, among clients', ['-y']],
    ['channels, by TCP, to a peer', ['-t', '-e', '127.0.0.1', '-r', `${peerPort}`]],
    ['channels, by TLS, to a peer', ['-t', '-S', '-e', '127.0.0.1', '-r', `${peerPort}`]],
  ]) {
    const each = { moodbites: [], coturn: [] };
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [name, open] of [['moodbites', ours], ['coturn', coturn]]) {
        const server = await open();
        each[name].push({ ...(await measure(server, flags)), rss: residentKiB(server.pid) / 1024 });
        await server.stop();
      }
    }
    const of = (name, what) => median(each[name].map((turn) => turn[what]));
    for (const name of ['moodbites', 'coturn']) {
      console.log(`| ${name} | ${way} | ${round(of(name, 'relayed'))} | ${round(of(name, 'lost'))} | ${of(name, 'used').toFixed(2)} | ${round(of(name, 'perCpu'))} | ${of(name, 'rss').toFixed(0)} |`);
    }
    const ratios = each.moodbites.map(({ perCpu }, turn) => (perCpu / each.coturn[turn].perCpu).toFixed(2));
    console.log(`| | | | | | ${(of('moodbites', 'perCpu') / of('coturn', 'perCpu')).toFixed(2)} times (${ratios.join(', ')}) | |`);
  }
} finally {
  peer.kill('SIGTERM');
}
