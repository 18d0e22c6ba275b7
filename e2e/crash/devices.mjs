// Devices that people write with: one of ours, which keeps what it sends until it is acknowledged and asks for what it
// missed; and an old page, which has what is pushed to it.
import { TOMBSTONE } from './changes.mjs';
import { Choice, EVENTS, payloadOf } from './choice.mjs';
import { bytesOf } from './files.mjs';
import { Line } from './line.mjs';
import { Shown, markOf } from './shown.mjs';

/** What one device has on its way at once, unless `work` says otherwise. Changes go one by one, so pages get less. */
const WINDOW = 16;
const WINDOW_OF_PAGES = 6;

/** Every so many entries a device says how far it is. */
const READS = 40;

/** What may be tried again as it is; everything else is for good. */
const AGAIN = ['busy', 'rate_limited', 'storage_full', 'unavailable'];

/** Who comes back waits for so long first, and for longer each time that nothing comes of it. */
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 500;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Sender {
  /** What waits to be acknowledged, in its order; the first `begun` are on their way. */
  outbox = [];
  sends = [];
  #begun = 0;
  #wait = FIRST_WAIT_MS;
  connections = 0;
  /** When the connection was begun. */
  opened = 0;

  /** `contacts` are `{ person, conversation }`; `work.more()` says whether to write on, `work.acked()` is told of each. */
  constructor({ name, person, server, contacts, work, epoch, writes = true }) {
    Object.assign(this, { name, person, server, contacts, work, epoch, writes });
  }

  /** Comes back again and again until it is told to stop. */
  async run() {
    while (!this.stopping) {
      try {
        const address = await this.server.address(this.role);
        this.connections += 1;
        this.opened = this.work.tick();
        const line = new Line(address, this.auth(), (event, payload) => this.came(event, payload));
        this.line = line;
        await line.ready;
        await this.joined();
        this.#wait = FIRST_WAIT_MS;
        this.#begun = 0;
        this.pump();
        await line.closed;
        this.dropped();
      } catch (error) {
        this.line?.close();
        if (error.message !== 'closed' && !AGAIN.includes(error.message)) throw error;
        this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
      }
      await pause(this.#wait * (1 + 4 * this.work.chance()));
    }
  }

  stop() {
    this.stopping = true;
    this.line?.close();
  }

  get window() {
    return this.work.window ?? this.usual;
  }

  async joined() {}

  dropped() {}

  hasKey() {
    return true;
  }

  /** Sends what waits, in its order, and writes more while there is more to write. */
  pump() {
    while (this.writes && this.work.more() && this.outbox.length < this.window) this.outbox.push(this.#write());
    while (this.#begun < Math.min(this.window, this.outbox.length)) this.#send(this.outbox[this.#begun++]);
  }

  #write() {
    const contact = this.contacts[Math.floor(this.work.chance() * this.contacts.length)];
    const name = `${this.name}-${this.sends.length}`;
    const what = this.choose(contact);
    const send = { by: this.person.id, stream: this.name, to: contact.person.id, conversation: contact.conversation, ...what };
    const says = what.kind === 'message' || what.kind === 'edit';
    const key = this.hasKey() ? `key-${name}` : null;
    Object.assign(send, { key, mark: says ? this.work.mark() : '', ack: null, begun: 0, ended: 0 });
    // It is sent when it is uploaded, and what was written later does not wait for that.
    if (send.file) Object.assign(send, { stream: name, file: { ...send.file, key, mark: this.work.mark() } });
    this.sends.push(send);
    return send;
  }

  /** What to write, where a contact and nothing else is chosen. */
  choose() {
    return { kind: 'message' };
  }

  #send(send) {
    const line = this.line;
    send.begun ||= this.work.tick();
    this.#ask(send, line).then(
      (answer) => {
        if (AGAIN.includes(answer.code)) return this.again(answer, line);
        send.ended = this.work.tick();
        this.outbox.splice(this.outbox.indexOf(send), 1);
        this.#begun -= 1;
        if (answer.code) send.refused = answer.code;
        else {
          send.ack = { id: answer._id, seq: answer.seq };
          this.work.acked();
        }
        if (line === this.line && line.isOpen) this.pump();
      },
      () => line.close(),
    );
  }

  /** Uploads first what a message shows: the same again comes to the same upload. */
  async #ask(send, line) {
    if (send.file) {
      this.work.uploads.begun += 1;
      const { code, publicId } = await this.server.upload(this.person, { key: send.file.key, bytes: bytesOf(send.file) });
      if (code) return { code };
      this.work.uploads.done += 1;
      // Another than before: the message had arrived with that one, and has been deleted since. This one nobody will show; it
      // leaves after a day, as what is never sent does.
      send.file.id ??= publicId;
    }
    return line.ask(EVENTS[send.kind], payloadOf(send, this.work.padding));
  }

  /** What may be tried again is, from the first on, so that the order stays. */
  again({ code, retryAfterMs }, line) {
    this.work.refused(code);
    this.#wait = Math.min(retryAfterMs ?? FIRST_WAIT_MS, LONGEST_WAIT_MS);
    line.close();
  }

  get settled() {
    return this.outbox.length === 0;
  }
}

export class Device extends Sender {
  role = 'web';
  usual = WINDOW;
  shown = new Map();
  #choice = new Choice();
  heard = [];
  count = 0;
  #syncing = null;
  #behind = false;

  auth() {
    return { token: this.person.token, deviceId: this.name };
  }

  last(conversation) {
    return this.shown.get(conversation)?.last ?? 0;
  }

  joined() {
    return this.sync();
  }

  choose({ conversation }) {
    const favourite = conversation === this.contacts[0].conversation ? this.shown.get(conversation)?.entries[0] : undefined;
    return this.#choice.next(this.work.chance, conversation, this.person.id, favourite);
  }

  /** Asks for what follows until there is nothing more. */
  sync() {
    this.#behind = true;
    this.#syncing ??= this.#catchUp().finally(() => (this.#syncing = null));
    return this.#syncing;
  }

  async #catchUp() {
    while (this.#behind) {
      this.#behind = false;
      const had = this.count;
      const asked = this.heard.length;
      const at = this.work.tick();
      const cursors = Object.fromEntries(this.contacts.map(({ conversation: id }) => [id, this.last(id)]));
      const answer = await this.line.ask('sync', { epoch: this.epoch, conversations: cursors });
      if (answer.code) throw new Error('closed');
      if (answer.reset || answer.epoch !== this.epoch) throw new Error(`${this.name} was reset`);
      for (const [id, { entries, more, reset, receipts }] of Object.entries(answer.conversations)) {
        if (reset) throw new Error(`${this.name} was reset in ${id}`);
        for (const entry of entries) this.got(entry, at);
        // Whoever goes on asking for what doesn't come would never say so.
        if (more && this.count === had) throw new Error(`${this.name} in ${id}: there is more, and it does not come`);
        if (more) this.#behind = true;
        const other = this.contacts.find(({ conversation }) => conversation === id)?.person.id;
        this.hear(id, this.person.id, receipts.mine, asked);
        this.hear(id, other, receipts.theirs, asked);
      }
    }
  }

  came(event, payload) {
    if (event === 'entry') this.got(payload, this.opened);
    else if (event === 'receipt') this.hear(payload.conversationId, payload.userId, payload);
  }

  /** The rule of gaps. */
  got(entry, asked) {
    const { conversationId: id, seq } = entry;
    const last = this.last(id);
    if (seq <= last) return;
    if (seq > last + 1) return void this.sync().catch(() => this.line.close());
    if (!this.shown.has(id)) this.shown.set(id, new Shown());
    this.shown.get(id).add(entry, asked);
    this.#choice.saw(this.work.chance, entry);
    this.count += 1;
    if (seq % READS === 0) this.tell(this.work.chance() < 0.5 ? 'read' : 'delivered', id, seq);
  }

  tell(event, id, seq) {
    const asked = this.heard.length;
    this.line.ask(event, { conversationId: id, seq }).then(
      (receipt) => receipt.code ?? this.hear(id, this.person.id, receipt, asked),
      () => {},
    );
  }

  hear(conversation, user, { delivered, read }, asked) {
    this.heard.push({ conversation, user, delivered, read, ...(asked === undefined ? {} : { asked }) });
  }
}

/** What the old dialect has words for, of events and of what a message has. */
const OLD_EVENTS = new Set(['message-sent', 'receive-message', 'message-read', 'user-online', 'user-offline', 'user-typing']);
const OURS = ['kind', 'target', 'targetSeq', 'reaction', 'reactions', 'replyTo', 'editedAt', 'deletedAt', 'changedSeq'];

export class OldPage extends Sender {
  role = 'chat';
  usual = WINDOW_OF_PAGES;
  given = [];
  odd = [];

  auth() {
    return { token: this.person.token };
  }

  /** One in ten has none, as old pages send: it is not tried again. */
  hasKey() {
    return this.work.chance() > 0.1;
  }

  dropped() {
    this.outbox = this.outbox.filter(({ key }) => key !== null);
  }

  came(event, payload) {
    const odd = OLD_EVENTS.has(event) ? OURS.find((field) => field in payload) : event;
    if (odd) this.odd.push({ name: this.name, what: odd });
    if (event !== 'message-sent' && event !== 'receive-message') return;
    const { conversationId: conversation, _id: id, message } = payload;
    const [connection, opened] = [this.connections, this.opened];
    let one = this.given.findLast((one) => one.conversation === conversation && one.connection === connection);
    if (!one) this.given.push((one = { name: this.name, conversation, connection, opened, shown: [] }));
    one.shown.push({ id, mark: message === TOMBSTONE ? message : markOf(message) });
  }
}
