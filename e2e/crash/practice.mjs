// A practice that writes: two who treat and three who are treated, each with two devices and an old page. What they did
// and saw becomes a history.
import { TOMBSTONE } from './changes.mjs';
import { Device, OldPage, pause } from './devices.mjs';
import { bytesOf, digestOf } from './files.mjs';
import { Line } from './line.mjs';
import { markOf, readingOf } from './shown.mjs';

export const seeded = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** A number of 32 bits as seven letters. */
const letters = (number) => Array.from({ length: 7 }, (_, at) => String.fromCharCode(97 + (Math.floor(number / 26 ** at) % 26))).join('');

/** How much there is to write, and how much was. */
export class Work {
  acks = 0;
  refusals = new Map();
  uploads = { begun: 0, done: 0 };
  #waiting = [];
  #ticks = 0;
  #marks = 0;

  /** `window`: messages of a device on their way at once; `padding`: what makes each message longer. */
  constructor(chance, more, { window, padding } = {}) {
    Object.assign(this, { chance, more, window, padding });
  }

  acked() {
    this.acks += 1;
    for (const one of [...this.#waiting]) if (this.acks >= one.acks) one.done();
  }

  /** Counts what happens, for all devices: of two things that one waited for, the later has the higher number. */
  tick() {
    return (this.#ticks += 1);
  }

  /** A word that nobody has said, and whose end is nobody else's: it is found where a page of a file has its end alone. */
  mark() {
    const number = (this.#marks += 1);
    const part = (factor, add) => (Math.imul(number, factor) + add) >>> 0;
    return [part(0x9e3779b1, 7), part(0x85ebca6b, 77), part(0xc2b2ae35, 777)].map(letters).join('');
  }

  refused(code) {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    this.onRefused?.(code);
  }

  /** Comes back once something was refused with that code. */
  async isRefused(code) {
    if (!this.refusals.has(code)) await new Promise((done) => (this.onRefused = (was) => was === code && done()));
  }

  /** Comes back once so many are acknowledged. */
  async reaches(acks) {
    if (this.acks >= acks) return;
    await new Promise((done) => {
      const one = { acks, done };
      this.#waiting.push(one);
    });
    this.#waiting = this.#waiting.filter((one) => one.acks > this.acks);
  }
}

/** What an entry is to the checker; where it shows a file, `fileUrl` is where that is. */
function entryOf(entry) {
  const { _id: id, seq, kind, clientMessageId: key, message, senderId: sender, targetSeq: target } = entry;
  const kept = { id, seq, kind, key, mark: markOf(message), sender, target, reads: readingOf(entry) };
  return entry.fileUrl === undefined ? kept : { ...kept, fileUrl: entry.fileUrl };
}

function lostIt(error) {
  if (error.message !== 'closed') throw error;
  return false;
}

export class Practice {
  /** Makes the people and their conversations, on a server that runs. */
  static async open(server, work, { staff = 2, patients = 3 } = {}) {
    const practice = new Practice();
    const people = (role, count) =>
      Promise.all(Array.from({ length: count }, (_, n) => server.person(`${role}${n}`, role)));
    const [treats, treated] = [await people('dietician', staff), await people('patient', patients)];
    const all = [...treats, ...treated];
    Object.assign(practice, { server, work, people: all, conversations: [], greetings: [] });
    const contacts = new Map(all.map((person) => [person.id, []]));
    for (const one of treats)
      for (const other of treated) {
        const greeting = await practice.greet(one, other);
        contacts.get(one.id).push({ person: other, conversation: greeting.conversation });
        contacts.get(other.id).push({ person: one, conversation: greeting.conversation });
      }
    const { epoch } = await server.get(all[0], '/api/inbox');
    const devices = (Kind, suffix, writes) =>
      all.map((person) => {
        return new Kind({ name: person.name + suffix, person, server, work, epoch, writes, contacts: contacts.get(person.id) });
      });
    practice.devices = [...devices(Device, '-phone', true), ...devices(Device, '-laptop', false)];
    practice.pages = devices(OldPage, '-page', true);
    return practice;
  }

  /** The first message makes a conversation. */
  async greet(one, other) {
    const [stream, mark, begun] = [`greeting-${one.name}-${other.name}`, this.work.mark(), this.work.tick()];
    const key = `key-${stream}`;
    const line = new Line(await this.server.address('web'), { token: one.token, deviceId: stream }, () => {});
    await line.ready;
    const payload = { receiverId: other.id, message: mark, messageType: 'text', clientMessageId: key };
    const { _id: id, seq, conversationId: conversation } = await line.ask('send-message', payload);
    line.close();
    this.conversations.push({ id: conversation, people: [one, other] });
    const send = { by: one.id, stream, to: other.id, conversation, kind: 'message', key, mark, ack: { id, seq } };
    this.greetings.push({ ...send, begun, ended: this.work.tick() });
    return { conversation };
  }

  get writers() {
    return [...this.devices, ...this.pages];
  }

  start() {
    this.running = this.writers.map((writer) => writer.run());
    // One that can't go on is a finding of its own.
    this.failed = Promise.all(this.running);
  }

  /** Everything that has a key is acknowledged, and every device of ours has caught up. */
  async settle(patience = 60_000) {
    const deadline = performance.now() + patience;
    const wait = async (done, what) => {
      while (!done()) {
        if (performance.now() > deadline) throw new Error(what());
        await pause(20);
      }
    };
    const waiting = () => this.writers.filter((writer) => !writer.settled);
    await wait(
      () => waiting().length === 0,
      () => `not sent: ${waiting().map(({ name, outbox }) => `${name} ${outbox.length}`)}`,
    );
    for (const device of this.devices) {
      // Whose last message is in may have lost the connection since, and is coming back.
      while (!(await device.sync().then(() => true, lostIt))) {
        if (performance.now() > deadline) throw new Error(`${device.name} does not come back`);
        await pause(20);
      }
    }
  }

  async stop() {
    for (const writer of this.writers) writer.stop();
    await this.failed;
  }

  /** What everybody did and saw, and what can be read now. */
  async history() {
    const [log, stored, old] = [{}, {}, []];
    for (const { id, people } of this.conversations) {
      [log[id], stored[id]] = [[], {}];
      for (const person of people) {
        const { entries, receipts } = await this.server.read(person, id, entryOf);
        for (const entry of entries.filter(({ fileUrl }) => fileUrl !== undefined)) {
          const bytes = await this.server.download(entry.fileUrl);
          entry.file = bytes && digestOf(bytes);
          delete entry.fileUrl;
        }
        log[id].push({ reader: person.name, entries });
        stored[id][person.id] = receipts.mine;
      }
      const [person] = people;
      const messages = await this.server.readAsOld(person, id, ({ _id, message }) => {
        return { id: _id, mark: message === TOMBSTONE ? message : markOf(message) };
      });
      old.push({ reader: person.name, conversation: id, messages });
    }
    const shown = ({ name, person, contacts, shown }) =>
      contacts.map(({ conversation }) => {
        return { name, reader: person.name, conversation, shown: shown.get(conversation)?.history() ?? [] };
      });
    const sends = [...this.greetings, ...this.writers.flatMap(({ sends }) => sends)];
    for (const { file } of sends) if (file) file.digest = digestOf(bytesOf(file));
    return {
      sends,
      log,
      devices: this.devices.flatMap(shown),
      pages: this.pages.flatMap(({ given }) => given),
      odd: this.pages.flatMap(({ odd }) => odd),
      old,
      receipts: this.devices.map(({ name, heard }) => ({ device: name, heard })),
      stored,
    };
  }
}
