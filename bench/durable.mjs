// (e) Messages kept: a hundred people write at once, each the next when the one before is acknowledged.
import { Client, cpuSeconds } from './lib.mjs';

const TEXT = 'I had the porridge with berries this morning, and felt full until noon. Is that what you meant?';

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** `pairs`: [{ sender: auth, receiver: auth, receiverId, senderId }]; both of a pair write to each other for `seconds`. */
export async function durable(server, pairs, { seconds }) {
  const run = Math.random().toString(36).slice(2);
  const writers = (
    await Promise.all(
      pairs.map(async (pair) => [
        { from: await Client.connect(server.address, pair.sender), to: pair.receiverId },
        { from: await Client.connect(server.address, pair.receiver), to: pair.senderId },
      ]),
    )
  ).flat();
  const took = [];
  const refused = [];
  const cpu = () => server.pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const before = cpu();
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    writers.map(async ({ from, to }, writer) => {
      for (let n = 0; performance.now() < until; n++) {
        const asked = performance.now();
        const payload = { clientMessageId: `${run}-${writer}-${n}`, receiverId: to, message: TEXT, messageType: 'text' };
        const answer = await from.ask('send-message', payload);
        if (answer.includes('"code"')) refused.push(answer);
        else took.push(performance.now() - asked);
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  const used = cpu() - before;
  for (const { from } of writers) from.close();
  if (refused.length > 0) throw new Error(`${refused.length} messages were refused: ${refused[0]}`);
  took.sort((a, b) => a - b);
  return { perSecond: took.length / elapsed, perCpuSecond: took.length / used, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}
