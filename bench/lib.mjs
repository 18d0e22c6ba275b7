// What the benchmarks share: starting a server, reading what it costs, and a Socket.IO client thin enough not to be the
// bottleneck (a WebSocket and the packets of Engine.IO 4 and Socket.IO 5 by hand).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

/** Starts a program that prints `ready {role: [address]}`; resolves to it and its `web` address. */
export async function start(command, args, env = {}) {
  const started = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const addresses = await new Promise((done, failed) => {
    child.once('exit', (code) => failed(new Error(`${command} ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) done(JSON.parse(line.slice(6)));
    });
  });
  return {
    /** The processes that it takes: a server's own, and its database's where that is another. */
    pids: [child.pid],
    pid: child.pid,
    address: addresses.web[0],
    addresses,
    started,
    stop: () => ended(child, 'SIGTERM'),
    kill: () => ended(child, 'SIGKILL'),
  };
}

function ended(child, signal) {
  const exit = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  return exit;
}

/** A server of MongoDB's protocol on SQLite, as the tests have it; it ends when this process does. */
export async function database(folder) {
  const command = new URL('../e2e/servers/bin/ferretdb', import.meta.url).pathname;
  const child = spawn(command, [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const uri = await new Promise((done, failed) => {
    child.once('exit', (code) => failed(new Error(`${command} ended with ${code}; scripts/servers.sh ferretdb builds it`)));
    createInterface({ input: child.stdout }).once('line', done);
  });
  return {
    pid: child.pid,
    uri,
    stop: () => ended(child, 'SIGTERM'),
  };
}

/** Seconds of CPU that a process has used: utime and stime of /proc/PID/stat, in ticks of 10 ms. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory in KiB. */
export function residentKiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

/** One Socket.IO connection over a WebSocket. */
export class Client {
  #acks = new Map();
  #next = 0;
  onEvent = () => {};

  static connect(address, auth) {
    const client = new Client();
    client.socket = new WebSocket(`ws://${address}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    return new Promise((done, failed) => {
      client.socket.on('error', failed);
      client.socket.on('message', (data) => {
        const text = data.toString();
        if (text[0] === '0') client.socket.send(`40${JSON.stringify(auth)}`);
        else if (text === '2') client.socket.send('3');
        else if (text.startsWith('44')) failed(new Error(text));
        else if (text.startsWith('40')) done(client);
        else if (text.startsWith('43')) client.#acknowledged(text);
        else if (text.startsWith('42')) client.onEvent(text);
      });
    });
  }

  #acknowledged(text) {
    const bracket = text.indexOf('[');
    const id = Number(text.slice(2, bracket));
    this.#acks.get(id)?.(text);
    this.#acks.delete(id);
  }

  /** Sends an event and resolves to the text of its acknowledgement. */
  ask(name, payload) {
    const id = this.#next++;
    return new Promise((done) => {
      this.#acks.set(id, done);
      this.socket.send(`42${id}${JSON.stringify([name, payload])}`);
    });
  }

  close() {
    this.socket.terminate();
  }
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
