// So many acknowledged messages over so many kills: `node crash/run.mjs ACKS KILLS [SEED]`; with `mongodb` before them, on
// MongoDB's protocol, where that server is killed as well: `node crash/run.mjs mongodb ACKS KILLS [SEED]`.
import { pathToFileURL } from 'node:url';
import { ferretdb } from '../servers/ferretdb.mjs';
import { check, wiped } from './checker.mjs';
import { pause } from './devices.mjs';
import { find } from './files.mjs';
import { Practice, seeded, Work } from './practice.mjs';
import { Server } from './server.mjs';

/** Where the server dies: at a time that nobody chose, and before each step of a message. */
const DEATHS = ['any time', 'before-transaction', 'before-commit', 'before-fan-out', 'before-ack'];

/**
 * The same where the data is in FerretDB: that one dies too, alone or together with ours.
 *
 * What a kill can prove there: FerretDB answers once SQLite, which it keeps its data in, has written a transaction to its
 * write-ahead log; what the process wrote, the system keeps. A cut of the power is not tried, and nothing is assumed of a
 * command of which it had done a part when it died: it makes one transaction of it, or one of each document.
 */
const DEATHS_ON_MONGODB = ['database', 'any time', 'database', 'before-transaction', 'both', 'before-wipe', 'database', 'before-fan-out', 'both', 'before-ack'];

/** Messages share transactions, and not every message is a deletion. */
const SHARED = { 'before-transaction': 12, 'before-commit': 12, 'before-wipe': 40 };

/**
 * Less at once: FerretDB finds nothing but documents by their `_id` without looking at all of them. And one by one: where
 * something is refused for now, what the same device sent after it may be in before it is tried again.
 */
const ON_MONGODB = { work: { window: 1 }, people: { staff: 1, patients: 2 }, patience: 300_000 };

/** A database stays away for so long at most. */
const AWAY_MS = 300;

/** How many there were of everything. */
function count({ sends, log }) {
  const read = Object.values(log).reduce((sum, [{ entries }]) => sum + entries.length, 0);
  const [kinds, refused] = [{}, {}];
  for (const { kind, replyTo, file, refused: code } of sends) {
    const what = replyTo ? 'reply' : file ? 'file' : kind;
    kinds[what] = (kinds[what] ?? 0) + 1;
    if (code) refused[code] = (refused[code] ?? 0) + 1;
  }
  return { sent: sends.length, read, kinds, refused };
}

/** Kills, and starts again. */
class Killer {
  deaths = {};
  killed = 0;

  constructor({ kinds, each, chance, work, server, database, failed }) {
    Object.assign(this, { kinds, each, chance, work, server, database, failed });
    for (const kind of kinds) this.deaths[kind] = 0;
  }

  async kill() {
    const kind = this.kinds[this.killed % this.kinds.length];
    const died = kind === 'database' ? await this.#killDatabase() : await this.#killServer(kind);
    this.deaths[died] += 1;
    this.killed += 1;
  }

  /** Comes back once so many more are acknowledged, or the server has ended before: false then. */
  #lives(most) {
    const { work, server, failed } = this;
    return Promise.race([work.reaches(work.acks + Math.ceil(most)).then(() => true), server.ended.then(() => false), failed]);
  }

  async #killDatabase() {
    if (!this.server.isUp) await this.server.boot();
    if (!(await this.#lives(2 * this.each * this.chance()))) throw new Error('the server ended, though nobody killed it');
    await this.#restartDatabase();
    return 'database';
  }

  async #restartDatabase() {
    await this.database.kill();
    await pause(AWAY_MS * this.chance());
    await this.database.start();
  }

  async #killServer(kind) {
    const { chance, each, server } = this;
    const at = kind.startsWith('before') ? `${kind}:${1 + Math.floor((chance() * 2 * each) / (SHARED[kind] ?? 1))}` : null;
    // One that was to live is not one that can be told where to die.
    if (at && server.isUp) await server.kill();
    if (!server.isUp && !(await server.boot(at))) return kind;
    const lived = await this.#lives(each * (at ? 3 : 2 * chance()));
    // Not when an answer has come, which is a time of its own, but a little later.
    if (lived) await pause(chance() * 5);
    const gone = server.kill();
    if (kind === 'both') await this.#restartDatabase();
    await gone;
    return lived && at ? 'any time' : kind;
  }
}

export async function crash({ acks, kills, seed, mongodb = false }) {
  const chance = seeded(seed);
  const database = mongodb ? await ferretdb() : null;
  const server = await Server.make(database ? { env: { MONGODB_URI: `${database.uri}/practice` } } : {});
  let killer;
  const more = () => work.acks < acks || killer === undefined || killer.killed < kills;
  const work = new Work(chance, more, mongodb ? ON_MONGODB.work : {});
  const began = performance.now();
  let practice;
  try {
    await server.boot();
    practice = await Practice.open(server, work, mongodb ? ON_MONGODB.people : {});
    practice.start();
    const failed = practice.failed.then(() => new Promise(() => {}));
    const [kinds, each] = [mongodb ? DEATHS_ON_MONGODB : DEATHS, Math.max(1, Math.floor(acks / kills))];
    killer = new Killer({ kinds, each, chance, work, server, database, failed });
    while (killer.killed < kills) await killer.kill();
    if (!server.isUp) await server.boot();
    await Promise.race([work.reaches(acks), failed]);
    await Promise.race([practice.settle(mongodb ? ON_MONGODB.patience : undefined), failed]);
    const history = await practice.history();
    await practice.stop();
    await server.kill('SIGTERM');
    const gone = wiped(history);
    // What a database of others does with the room that is free again is its own affair.
    history.found = await find(server.data, gone);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const { killed, deaths } = killer;
    const { begun, done } = work.uploads;
    const uploads = { done, cut: begun - done, gone: gone.uploads.size };
    const figures = { seed, acked: work.acks, ...count(history), uploads, wiped: gone.marks.size, kills: killed, deaths, seconds };
    return { complaints: check(history), figures };
  } finally {
    for (const writer of practice?.writers ?? []) writer.stop();
    await server.close();
    await database?.end();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const mongodb = process.argv[2] === 'mongodb';
  const [acks, kills, seed = Date.now() % 1_000_000] = process.argv.slice(mongodb ? 3 : 2).map(Number);
  const { complaints, figures } = await crash({ acks, kills, seed, mongodb });
  console.log(JSON.stringify(figures));
  for (const { rule, detail } of complaints) console.log(`${rule}: ${detail}`);
  process.exit(complaints.length === 0 ? 0 : 1);
}
