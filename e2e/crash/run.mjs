// So many acknowledged messages over so many kills: `node crash/run.mjs ACKS KILLS [SEED]`.
import { pathToFileURL } from 'node:url';
import { check, wiped } from './checker.mjs';
import { pause } from './devices.mjs';
import { find } from './files.mjs';
import { Practice, seeded, Work } from './practice.mjs';
import { Server } from './server.mjs';

/** Where the server dies: at a time that nobody chose, and before each step of a message. */
const DEATHS = ['any time', 'before-transaction', 'before-commit', 'before-fan-out', 'before-ack'];

/** Messages share transactions. */
const SHARED = { 'before-transaction': 12, 'before-commit': 12 };

/** How many there were of everything. */
function count({ sends, log }) {
  const read = Object.values(log).reduce((sum, [{ entries }]) => sum + entries.length, 0);
  const [kinds, refused] = [{}, {}];
  for (const { kind, replyTo, refused: code } of sends) {
    const what = replyTo ? 'reply' : kind;
    kinds[what] = (kinds[what] ?? 0) + 1;
    if (code) refused[code] = (refused[code] ?? 0) + 1;
  }
  return { sent: sends.length, read, kinds, refused };
}

export async function crash({ acks, kills, seed }) {
  const chance = seeded(seed);
  const each = Math.max(1, Math.floor(acks / kills));
  const deaths = Object.fromEntries(DEATHS.map((death) => [death, 0]));
  let killed = 0;
  const server = await Server.make();
  const work = new Work(chance, () => work.acks < acks || killed < kills);
  const began = performance.now();
  await server.boot();
  const practice = await Practice.open(server, work);
  practice.start();
  const failed = practice.failed.then(() => new Promise(() => {}));
  try {
    while (killed < kills) {
      const death = DEATHS[killed % DEATHS.length];
      const at = death === 'any time' ? null : `${death}:${1 + Math.floor((chance() * 2 * each) / (SHARED[death] ?? 1))}`;
      // The first life made the practice.
      if (server.child.exitCode === null && server.child.signalCode === null) await server.kill();
      if (!(await server.boot(at))) {
        deaths[death] += 1;
        killed += 1;
        continue;
      }
      const most = work.acks + Math.ceil(each * (at ? 3 : 2 * chance()));
      const lived = await Promise.race([work.reaches(most).then(() => true), server.ended.then(() => false), failed]);
      // Not when an answer has come, which is a time of its own, but a little later.
      if (lived) await pause(chance() * 5);
      await server.kill();
      deaths[lived ? 'any time' : death] += 1;
      killed += 1;
    }
    await server.boot();
    await Promise.race([work.reaches(acks), failed]);
    await Promise.race([practice.settle(), failed]);
    const history = await practice.history();
    await practice.stop();
    await server.kill('SIGTERM');
    const gone = wiped(history);
    history.found = await find(server.data, gone);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const figures = { seed, acked: work.acks, ...count(history), wiped: gone.size, kills: killed, deaths, seconds };
    return { complaints: check(history), figures };
  } finally {
    for (const writer of practice.writers) writer.stop();
    await server.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [acks, kills, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
  const { complaints, figures } = await crash({ acks, kills, seed });
  console.log(JSON.stringify(figures));
  for (const { rule, detail } of complaints) console.log(`${rule}: ${detail}`);
  process.exit(complaints.length === 0 ? 0 : 1);
}
