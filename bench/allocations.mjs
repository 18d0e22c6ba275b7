// A thousand allocations at once, ours and coturn's: `node allocations.mjs [allocations]`. How long until all of them are there,
// what they cost the server in CPU and memory.
import { TurnClient } from '../e2e/turn/client.mjs';
import { cpuSeconds, median, residentKiB } from './lib.mjs';
import { SECRET, coturn, ours } from './relays.mjs';

const count = Number(process.argv[2] ?? 1000);
const AT_A_TIME = 64;

async function measure(open) {
  const server = await open();
  const [cpu, memory, began] = [cpuSeconds(server.pid), residentKiB(server.pid), performance.now()];
  const clients = [];
  let next = 0;
  const one = async () => {
    while (next < count) clients.push(await TurnClient.open(server.port, SECRET, `user-${next++}`));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
  const figures = {
    ms: performance.now() - began,
    cpuMs: (cpuSeconds(server.pid) - cpu) * 1000,
    KiB: (residentKiB(server.pid) - memory) / count,
  };
  clients.forEach((client) => client.close());
  await server.stop();
  return figures;
}

console.log(`${count} allocations, each of another user, ${AT_A_TIME} asked for at a time; the median of three\n`);
console.log('| server | ms until all are there | CPU ms of the server | KiB of memory each |\n| --- | --- | --- | --- |');
for (const [name, open] of [['moodbites', ours], ['coturn', coturn]]) {
  const turns = [await measure(open), await measure(open), await measure(open)];
  const of = (what, digits) => median(turns.map((turn) => turn[what])).toFixed(digits);
  console.log(`| ${name} | ${of('ms', 0)} | ${of('cpuMs', 0)} | ${of('KiB', 1)} |`);
}
