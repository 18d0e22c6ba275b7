// A chat in memory, small enough to plant bugs in: the checker is tried on its histories. A server with a disk, an epoch of
// crashes, two people with two devices and an old page each, a network that loses what is under way when the server dies.
// Time is a counter, chance is seeded.
import { TOMBSTONE } from './changes.mjs';
import { wiped } from './checker.mjs';
import { Choice } from './choice.mjs';
import { ModelServer, oldWords } from './model-server.mjs';
import { seeded } from './practice.mjs';
import { Shown, markOf, readingOf } from './shown.mjs';

/** Each breaks one promise; the checker has to notice. */
export const BUGS = [
  'ack before commit',
  'no unique key',
  'seq by time',
  'cursor off by one',
  'fan-out before commit',
  'lost gap signal',
  'retry with a new id',
  'dedup window expires',
  'ack of a change before commit',
  'the first edit stays',
  'a change is not folded',
  'an edit keeps its words',
  'a quote keeps its words',
  'deleted words stay in the file',
  'deleted words are given to devices',
  'deleted words are given to pages',
  'change after the deletion',
  "change of another's message",
  'retry of a change is refused',
  'refused for nothing',
  'pages are given changes',
];

class Device {
  shown = new Shown();
  connected = false;
  opened = 0;

  constructor(name, bug) {
    Object.assign(this, { name, person: name[0], bug });
  }

  /** The rule of gaps: what follows is shown, what was is dropped, what is further on is asked for. */
  got(entry, server, tick) {
    if (entry.seq <= this.shown.last) return;
    if (entry.seq > this.shown.last + 1 && this.bug !== 'lost gap signal') return this.sync(server, tick);
    this.show(entry, this.opened);
  }

  show(entry, asked) {
    this.shown.add(this.bug === 'a change is not folded' ? { ...entry, targetSeq: undefined } : entry, asked);
    this.saw?.(entry);
  }

  sync(server, tick) {
    const asked = tick();
    for (const entry of server.after(this.shown.last)) this.show(entry, asked);
  }
}

class Page {
  given = [];
  last = 0;
  connected = false;

  constructor(name, bug) {
    Object.assign(this, { name, bug });
  }

  got({ _id: id, seq, kind, message }) {
    if ((kind !== 'message' && this.bug !== 'pages are given changes') || seq <= this.last) return;
    this.last = seq;
    this.given.at(-1).shown.push({ id, mark: message ?? '' });
  }

  connect(server, tick) {
    this.connected = true;
    this.given.push({ name: this.name, conversation: 'c', connection: this.given.length, opened: tick(), shown: [] });
    for (const entry of server.after(this.last)) this.got({ ...entry, message: oldWords(server, entry) });
  }
}

/** A history of `messages` sends with crashes in between. */
export function play({ seed, bug = null, messages = 60 }) {
  const chance = seeded(seed);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  let time = 0;
  const tick = () => (time += 1 + Math.floor(chance() * 3));
  const server = new ModelServer(bug, tick, chance);
  const devices = ['A1', 'A2', 'B1', 'B2'].map((name) => new Device(name, bug));
  const pages = ['A', 'B'].map((name) => new Page(`${name}-page`, bug));
  const everybody = [...devices, ...pages];
  const choices = { A1: new Choice(), B1: new Choice() };
  for (const device of devices) if (choices[device.name]) device.saw = (entry) => choices[device.name].saw(chance, entry);
  const sends = [];
  const heard = { A1: [], A2: [], B1: [], B2: [] };
  const queues = { A1: [], B1: [] };
  /** Requests at the server whose transaction is open, and answers on their way: both are lost when it dies. */
  let waiting = [];
  let answers = [];

  const tell = (entry) => {
    // A push may be lost: it is a hint. A page whose connection lives loses none.
    const pushed = server.pushed(entry);
    for (const device of devices) if (device.connected && chance() > 0.1) device.got(pushed, server, tick);
    for (const page of pages) if (page.connected) page.got(pushed);
  };
  const crash = () => {
    server.open = [];
    [waiting, answers] = [[], []];
    for (const one of everybody) one.connected = false;
    for (const queue of Object.values(queues))
      for (const send of queue) {
        if (send.tried && bug === 'retry with a new id') send.tryKey = `${send.key}'${time}`;
        send.tried = false;
      }
  };
  const begin = () => {
    const name = pick(['A1', 'B1']);
    const number = sends.length;
    const what = choices[name].next(chance, 'c', name[0]);
    const key = `key-${number}`;
    const mark = what.kind === 'message' || what.kind === 'edit' ? `m${number}` : '';
    const send = { by: name[0], stream: name, conversation: 'c', ...what, key, mark, ack: null, begun: 0, ended: 0, tryKey: key, tried: false };
    sends.push(send);
    queues[name].push(send);
  };
  const early = (kind) => bug === 'ack before commit' || (bug === 'ack of a change before commit' && kind !== 'message');
  const arrive = (name) => {
    const device = devices.find((device) => device.name === name);
    const send = device.connected && queues[name].find((send) => !send.tried);
    if (!send) return;
    send.tried = true;
    send.begun ||= tick();
    const { entry, refused, again } = server.take({ ...send, key: send.tryKey });
    if (refused) return void answers.push({ send, refused });
    waiting.push({ send, entry, again });
    if (bug === 'fan-out before commit') tell(entry);
    if (early(send.kind)) answers.push({ send, entry });
  };
  const commit = () => {
    server.commit();
    for (const { send, entry, again } of waiting.splice(0)) {
      if (!again && bug !== 'fan-out before commit') tell(entry);
      if (!early(send.kind)) answers.push({ send, entry });
    }
  };
  const answer = () => {
    for (const { send, entry, refused } of answers.splice(0)) {
      const queue = queues[send.stream];
      if (!queue.includes(send)) continue;
      queue.splice(queue.indexOf(send), 1);
      send.ended = tick();
      if (refused) send.refused = refused;
      else send.ack = { id: entry.id, seq: entry.seq };
    }
  };
  const read = (device) => {
    const user = device.person;
    server.read[user] = Math.max(server.read[user], Math.min(device.shown.last, server.log.at(-1)?.seq ?? 0));
    const [mine, asked] = [heard[device.name], heard[device.name].length];
    mine.push({ conversation: 'c', user, delivered: server.read[user], read: server.read[user], asked });
  };
  // Old pages close their connection all the time.
  const leave = () => (pick(pages).connected = false);
  const connect = (one) => {
    if (one.connected) return;
    if (one instanceof Page) return one.connect(server, tick);
    [one.connected, one.opened] = [true, tick()];
    one.sync(server, tick);
  };

  while (sends.length < messages) {
    const steps = [begin, () => arrive('A1'), () => arrive('B1'), commit, answer, () => connect(pick(everybody)), leave, () => read(pick(devices))];
    if (chance() < 0.06) crash();
    else pick(steps)();
  }
  // In the end everything comes through.
  for (let rounds = 0; (queues.A1.length || queues.B1.length) && rounds < 1000; rounds++) {
    devices.forEach(connect);
    for (const name of ['A1', 'B1']) arrive(name);
    commit();
    answer();
  }
  for (const device of devices) bug === 'lost gap signal' ? connect(device) : device.sync(server, tick);
  // Who comes for the first time.
  for (const [all, one] of [[devices, new Device('A3', bug)], [pages, new Page('late-page', bug)]]) {
    all.push(one);
    connect(one);
  }

  const log = server.after(0);
  const entries = log.map((entry) => {
    const { _id: id, seq, kind, clientMessageId: key, message, senderId: sender, targetSeq: target } = entry;
    return { id, seq, kind, key, mark: markOf(message), sender, target, reads: readingOf(entry) };
  });
  const old = log.filter(({ kind }) => kind === 'message').map(({ _id: id, deletedAt, message }) => ({ id, mark: deletedAt ? TOMBSTONE : message }));
  const history = {
    sends: sends.map(({ tryKey, tried, ...send }) => send),
    log: { c: ['A', 'B'].map((reader) => ({ reader, entries: entries.map((entry) => ({ ...entry })) })) },
    devices: devices.map(({ name, person, shown }) => ({ name, reader: person, conversation: 'c', shown: shown.history() })),
    pages: pages.flatMap(({ given }) => given),
    odd: [],
    old: [{ reader: 'A', conversation: 'c', messages: old }],
    receipts: Object.entries(heard).map(([device, heard]) => ({ device, heard })),
    stored: { c: { A: { delivered: server.read.A, read: server.read.A }, B: { delivered: server.read.B, read: server.read.B } } },
  };
  const file = server.file();
  history.found = [...wiped(history).marks.keys()].filter((mark) => file.has(mark)).map((mark) => ({ file: 'the file', mark }));
  return history;
}
