// (g) A conversation of a million messages: opened, and searched.
import { median } from './lib.mjs';
import { TEXT, messages } from './messages.mjs';

/** Connections that the many are written by. */
const LINES = 4;

/** Each says one of two words, every thousandth something else too, and one in a hundred thousand what few say. */
const text = (n) => `${TEXT} ${n % 2 ? 'Lentils' : 'Spinach'} ${n % 1000 ? '' : 'aubergine'} ${n % 100_000 ? '' : 'quinoa'}`;

const SEARCHES = {
  'a common word': 'porridge',
  'two common words': 'berries morning',
  'the beginning of one': 'por',
  'a letter': 'p',
  'two that are never together': 'lentils spinach',
  'one in a thousand': 'aubergine',
  'a rare word': 'quinoa',
  'one that nobody wrote': 'zucchini',
};

/** Until all that was written is taken up, a search may take longer than the server waits for anything. */
async function untilTakenUp(address, token) {
  for (;;) {
    const answer = await fetch(`http://${address}/api/search?q=zucchini`, { headers: { authorization: `Bearer ${token}` } });
    if (answer.ok) return;
    if (answer.status !== 503) throw new Error(`/api/search: ${answer.status}`);
  }
}

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
  return { ms: median(took), worst: Math.max(...took.slice(1)), body };
}

/** Two pairs: one writes `many` messages to each other, the other `few`. */
export async function big(server, [large, small], { many, few }) {
  await messages(server, [small], { perPair: few, window: 16 });
  const began = performance.now();
  // One connection has 64 messages under way at most.
  await messages(server, Array(LINES).fill(large), { perPair: many / LINES, window: 64, text });
  const seeded = (performance.now() - began) / 1000;
  const open = async (pair) => {
    const inbox = await timed(server.address, pair.sender.token, '/api/inbox');
    const id = inbox.body.conversations[0].conversationId;
    const page = await timed(server.address, pair.sender.token, `/api/conversations/${id}/entries?limit=50`);
    const far = await timed(server.address, pair.sender.token, `/api/conversations/${id}/entries?around=${Math.floor(page.body.entries.at(-1).seq / 2)}&limit=50`);
    return { inbox: inbox.ms, page: page.ms, far: far.ms };
  };
  const beganTaking = performance.now();
  await untilTakenUp(server.address, large.sender.token);
  const takenUp = (performance.now() - beganTaking) / 1000;
  const searches = [];
  for (const [what, q] of Object.entries(SEARCHES)) {
    const { ms, worst, body } = await timed(server.address, large.sender.token, `/api/search?q=${encodeURIComponent(q)}&limit=50`);
    searches.push({ what, ms, worst, found: body.results.length });
  }
  return { seeded, takenUp, searches, large: await open(large), small: await open(small) };
}
