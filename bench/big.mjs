// (g) A conversation of a million messages: opened.
import { median } from './lib.mjs';
import { messages } from './messages.mjs';

/** Connections that the many are written by. */
const LINES = 4;

async function timed(address, token, path, turns = 21) {
  const took = [];
  let body;
  for (let turn = 0; turn < turns; turn++) {
    const began = performance.now();
    const answer = await fetch(`http://${address}${path}`, { headers: { authorization: `Bearer ${token}` } });
    body = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    took.push(performance.now() - began);
  }
  return { ms: median(took), body };
}

/** Two pairs: one writes `many` messages to each other, the other `few`. */
export async function big(server, [large, small], { many, few }) {
  await messages(server, [small], { perPair: few, window: 16 });
  const began = performance.now();
  // One connection has 64 messages under way at most.
  await messages(server, Array(LINES).fill(large), { perPair: many / LINES, window: 64 });
  const seeded = (performance.now() - began) / 1000;
  const open = async (pair) => {
    const inbox = await timed(server.address, pair.sender.token, '/api/inbox');
    const id = inbox.body.conversations[0].conversationId;
    const page = await timed(server.address, pair.sender.token, `/api/conversations/${id}/entries?limit=50`);
    const far = await timed(server.address, pair.sender.token, `/api/conversations/${id}/entries?around=${Math.floor(page.body.entries.at(-1).seq / 2)}&limit=50`);
    return { inbox: inbox.ms, page: page.ms, far: far.ms };
  };
  return { seeded, large: await open(large), small: await open(small) };
}
