// (a) Messages per server CPU-second: sent, made durable where the server does that, acknowledged and delivered.
import { Client, cpuSeconds } from './lib.mjs';

export const TEXT = 'I had the porridge with berries this morning, and felt full until noon. Is that what you meant?';

/** `pairs`: [{ sender: auth, receiver: auth, receiverId }]. Every pair keeps `window` messages in flight; `text` says what its nth says. */
export async function messages(server, pairs, { perPair, window, text = () => TEXT }) {
  const run = Math.random().toString(36).slice(2);
  const links = await Promise.all(
    pairs.map(async (pair) => ({
      ...pair,
      from: await Client.connect(server.address, pair.sender),
      to: await Client.connect(server.address, pair.receiver),
    })),
  );
  let received = 0;
  let refused = 0;
  const total = pairs.length * perPair;
  const delivered = new Promise((done) => {
    for (const link of links) {
      link.to.onEvent = (text) => {
        if (text.startsWith('42["entry"') && ++received === total) done();
      };
    }
  });
  const cpu = cpuSeconds(server.pid);
  const began = performance.now();
  await Promise.all(
    links.map(async (link, pair) => {
      let sent = 0;
      const lane = async () => {
        while (sent < perPair) {
          const message = text(sent);
          const clientMessageId = `${run}-${pair}-${sent++}`;
          const answer = await link.from.ask('send-message', {
            clientMessageId,
            receiverId: link.receiverId,
            message,
            messageType: 'text',
          });
          if (answer.includes('"code"')) refused += 1;
        }
      };
      await Promise.all(Array.from({ length: window }, lane));
    }),
  );
  if (refused > 0) throw new Error(`${refused} of ${total} messages were refused`);
  await delivered;
  const seconds = (performance.now() - began) / 1000;
  const used = cpuSeconds(server.pid) - cpu;
  for (const link of links) {
    link.from.close();
    link.to.close();
  }
  return { total, perSecond: total / seconds, perCpuSecond: total / used };
}
