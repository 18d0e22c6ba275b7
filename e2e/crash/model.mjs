// A chat in memory, small enough to plant bugs in: the checker is tried on its histories. A server with a disk, an epoch of
// crashes, two people with two devices each, a network that loses what is under way when the server dies. Time is a
// counter, chance is seeded.

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
];

/** How many messages a server with a window of keys remembers. */
const WINDOW = 4;

const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

class Server {
  log = [];
  read = { A: 0, B: 0 };
  open = [];
  ids = 0;

  constructor(bug, clock) {
    Object.assign(this, { bug, clock });
  }

  known(request) {
    if (this.bug === 'no unique key') return undefined;
    const window = this.bug === 'dedup window expires' ? this.log.slice(-WINDOW) : this.log;
    return [...window, ...this.open].find(({ sender, key }) => sender === request.by && key === request.key);
  }

  /** Writes into the open transaction, without committing it. */
  take(request) {
    const known = this.known(request);
    if (known) return known;
    const last = [...this.log, ...this.open].at(-1)?.seq ?? 0;
    const seq = this.bug === 'seq by time' ? this.clock() : last + 1;
    const entry = { id: `id${this.ids++}`, seq, key: request.key, mark: request.mark, sender: request.by };
    this.open.push(entry);
    return entry;
  }

  commit() {
    this.log.push(...this.open.splice(0));
  }

  after(cursor) {
    const from = this.bug === 'cursor off by one' ? cursor + 1 : cursor;
    return this.log.filter(({ seq }) => seq > from);
  }
}

class Device {
  shown = [];
  connected = false;

  constructor(name, person, bug) {
    Object.assign(this, { name, person, bug });
  }

  get last() {
    return this.shown.at(-1)?.seq ?? 0;
  }

  /** The rule of gaps: what follows is shown, what was is dropped, what is further on is asked for. */
  got(entry, server) {
    if (entry.seq <= this.last) return;
    if (entry.seq > this.last + 1 && this.bug !== 'lost gap signal') return this.sync(server);
    this.shown.push({ id: entry.id, seq: entry.seq });
  }

  sync(server) {
    for (const { id, seq } of server.after(this.last)) this.shown.push({ id, seq });
  }
}

/** A history of `messages` sends with crashes in between. */
export function play({ seed, bug = null, messages = 60 }) {
  const chance = random(seed);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  let time = 0;
  const server = new Server(bug, () => (time += 1 + Math.floor(chance() * 3)));
  const devices = ['A1', 'A2', 'B1', 'B2'].map((name) => new Device(name, name[0], bug));
  const sends = [];
  const heard = { A1: [], A2: [], B1: [], B2: [] };
  const queues = { A1: [], B1: [] };
  /** Requests at the server whose transaction is open, and answers on their way: both are lost when it dies. */
  let waiting = [];
  let answers = [];

  const tell = (entry) => {
    // A push may be lost: it is a hint.
    for (const device of devices) if (device.connected && chance() > 0.1) device.got(entry, server);
  };
  const crash = () => {
    server.open = [];
    [waiting, answers] = [[], []];
    for (const device of devices) device.connected = false;
    for (const queue of Object.values(queues))
      for (const send of queue) {
        if (send.tried && bug === 'retry with a new id') send.tryKey = `${send.key}'${time}`;
        send.tried = false;
      }
  };
  const begin = () => {
    const name = pick(['A1', 'B1']);
    const number = sends.length;
    const send = { by: name[0], stream: name, conversation: 'c', key: `k${number}`, mark: `m${number}`, ack: null };
    sends.push(send);
    queues[name].push(Object.assign(send, { tryKey: send.key, tried: false }));
  };
  const arrive = (name) => {
    const device = devices.find((device) => device.name === name);
    const send = device.connected && queues[name].find((send) => !send.tried);
    if (!send) return;
    send.tried = true;
    const entry = server.take({ ...send, key: send.tryKey });
    waiting.push({ send, entry });
    if (bug === 'fan-out before commit') tell(entry);
    if (bug === 'ack before commit') answers.push({ send, entry });
  };
  const commit = () => {
    server.commit();
    for (const { send, entry } of waiting.splice(0)) {
      if (bug !== 'fan-out before commit') tell(entry);
      if (bug !== 'ack before commit') answers.push({ send, entry });
    }
  };
  const answer = () => {
    for (const { send, entry } of answers.splice(0)) {
      send.ack ??= { id: entry.id, seq: entry.seq };
      const queue = queues[send.stream];
      if (queue.includes(send)) queue.splice(queue.indexOf(send), 1);
    }
  };
  const read = (device) => {
    const user = device.person;
    server.read[user] = Math.max(server.read[user], Math.min(device.last, server.log.at(-1)?.seq ?? 0));
    const [mine, asked] = [heard[device.name], heard[device.name].length];
    mine.push({ conversation: 'c', user, delivered: server.read[user], read: server.read[user], asked });
  };
  const connect = (device) => {
    if (device.connected) return;
    device.connected = true;
    device.sync(server);
  };

  while (sends.length < messages) {
    const steps = [begin, () => arrive('A1'), () => arrive('B1'), commit, answer, () => connect(pick(devices)), () => read(pick(devices))];
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
  for (const device of devices) bug === 'lost gap signal' ? connect(device) : device.sync(server);

  const entries = server.log.map(({ id, seq, key, mark, sender }) => ({ id, seq, key, mark, sender }));
  return {
    sends: sends.map(({ by, stream, conversation, key, mark, ack }) => ({ by, stream, conversation, key, mark, ack })),
    log: { c: ['A', 'B'].map((reader) => ({ reader, entries: entries.map((entry) => ({ ...entry })) })) },
    devices: devices.map(({ name, person, shown }) => ({ name, reader: person, conversation: 'c', shown })),
    pages: [],
    receipts: Object.entries(heard).map(([device, heard]) => ({ device, heard })),
    stored: { c: { A: { delivered: server.read.A, read: server.read.A }, B: { delivered: server.read.B, read: server.read.B } } },
  };
}
