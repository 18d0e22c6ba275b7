// Judges a history: what people sent and were told, what each of their devices showed, and what could be read in the end.
// Pure: a history goes in, complaints come out. It knows nothing of how a server works, only what was promised:
//
//   a message is stored once and shown once, in one order, on every device of both people; "sent" means on disk.
//
// A history is
//   sends:    [{ by, stream, conversation, kind, key, mark, ack: { id, seq } | null, begun, ended, refused?, target?, replyTo?,
//             reaction? }], in the order in which each stream (one device of one person) began them. `kind` is message, edit,
//             deletion or reaction; `mark` is unlike any other's and what a message or an edit says; `key` is the idempotency
//             key of the first try, null where a client has none (and so doesn't try again). `target` is the message that a
//             change is of, `replyTo` the one that a reply quotes: { id, seq }; `file` what it shows: { id, digest }. `refused` is the code of an answer that is for
//             good. `begun` and `ended` are when it was sent first and answered, by a clock of all devices that counts events.
//   log:      { <conversation>: [{ reader, entries: [{ id, seq, kind, key, mark, sender, target, reads }] }] }, as each of the
//             two people read it in the end, oldest first: `mark` is what it says now, `target` the seq of what it changes,
//             `reads` all that is to be seen of it (`reading` in changes.mjs), `file` the digest of the file that it shows,
//             null where that can't be had.
//   devices:  [{ name, reader, conversation, shown: [{ id, seq, reads, saidAt?, quotedAt? }] }], what a device of ours shows, in
//             its order. It has caught up in the end, and folded what it was pushed. Of what is deleted: when it asked for
//             what came with the words of the message, or of what it quotes.
//   pages:    [{ name, conversation, connection, opened, shown: [{ id, mark }] }], what came to an old page on one connection.
//   odd:      [{ name, what }], what came to an old page that the old dialect has no word for.
//   old:      [{ reader, conversation, messages: [{ id, mark }] }], what old pages load in the end.
//   receipts: [{ device, heard: [{ conversation, user, delivered, read, asked? }] }], in the order in which a device heard
//             of them. One that it asked for says how many it had heard when it did; the others were pushed, and pushes
//             may overtake each other: a device goes by the highest.
//   stored:   { <conversation>: { <user>: { delivered, read } } }, what could be read in the end.
//   found:    what of `wiped` is found in which files, once the server has stopped: [{ file, mark }].
import * as changes from './changes.mjs';

const FEW = 5;

/** Collects complaints of one kind; the first few are enough. */
class Complaints {
  list = [];
  #counts = new Map();

  say(rule, detail) {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count <= FEW) this.list.push({ rule, detail });
  }
}

/** Whether a promise was broken: an empty list if none was. */
export function check(history) {
  const complaints = new Complaints();
  const logs = logsOf(history);
  for (const [conversation, [, ...others]] of Object.entries(history.log))
    for (const { reader, entries } of others) checkSame(complaints, conversation, reader, entries, logs.get(conversation));
  for (const [conversation, readings] of Object.entries(history.log))
    for (const { reader, entries } of readings) checkDense(complaints, conversation, reader, entries);
  checkOnce(complaints, logs);
  const sent = new Sent(history.sends);
  const places = new Map();
  for (const [conversation, log] of logs)
    for (const entry of log) places.set(entry.id, { conversation, seq: entry.seq, entry });
  checkAcknowledged(complaints, history.sends, logs, places, sent);
  checkOrderOfSenders(complaints, history.sends, logs, sent);
  for (const device of history.devices) checkDevice(complaints, device, logs.get(device.conversation) ?? []);
  const models = modelsOf(complaints, logs, sent);
  checkChanges(complaints, history, models, sent, logs);
  for (const page of history.pages ?? []) checkPage(complaints, page, places, models);
  for (const { name, what } of history.odd ?? []) complaints.say('pages', `${name} was given ${what}`);
  for (const one of history.old ?? []) changes.checkOldReading(complaints, one.conversation, models.get(one.conversation), one);
  for (const { file, mark } of history.found ?? []) complaints.say('deleted', `${mark} is still in ${file}`);
  checkReceipts(complaints, history, logs);
  return complaints.list;
}

/** What must be nowhere any more, in no file: `marks` and `uploads`, each with where it was. */
export function wiped(history) {
  return changes.wiped(modelsOf(new Complaints(), logsOf(history), new Sent(history.sends)));
}

const logsOf = ({ log }) => new Map(Object.entries(log).map(([conversation, [first]]) => [conversation, first?.entries ?? []]));

const modelsOf = (complaints, logs, sent) =>
  new Map([...logs].map(([conversation, log]) => [conversation, changes.fold(complaints, conversation, log, (entry) => sent.of(entry))]));

/** What was sent, by how an entry of it is known. */
class Sent {
  #keys = new Map();
  #marks = new Map();

  constructor(sends) {
    for (const send of sends) {
      if (send.key !== null) this.#keys.set(`${send.by} ${send.key}`, send);
      if (send.mark) this.#marks.set(send.mark, send);
    }
  }

  /** By its key; one that has another than it was sent with, by what it says. */
  of({ sender, key, mark, kind }) {
    const says = this.#marks.get(mark);
    return this.#keys.get(`${sender} ${key}`) ?? (says?.kind === kind ? says : undefined);
  }
}

/** seq is 1, 2, 3, … */
function checkDense(complaints, conversation, reader, entries) {
  entries.forEach((entry, at) => {
    if (entry.seq !== at + 1)
      complaints.say('dense', `${conversation}, read by ${reader}: place ${at + 1} has seq ${entry.seq}`);
  });
}

/** Both people read the same. */
function checkSame(complaints, conversation, reader, entries, log) {
  if (entries.length !== log.length)
    complaints.say('same for both', `${conversation}: ${reader} reads ${entries.length} entries of ${log.length}`);
  entries.forEach((entry, at) => {
    if (entry.id !== log[at]?.id) complaints.say('same for both', `${conversation}: seq ${at + 1} differs for ${reader}`);
  });
}

/** Nothing is there twice: no id, no key of a sender's, no message. */
function checkOnce(complaints, logs) {
  for (const [what, of] of [
    ['id', ({ id }) => id],
    ['key', ({ sender, key }) => (key ? `${sender} ${key}` : null)],
    ['message', ({ kind, mark }) => (mark && kind === 'message' ? mark : null)],
  ]) {
    const seen = new Set();
    for (const [conversation, log] of logs)
      for (const entry of log) {
        const name = of(entry);
        if (name === null || name === undefined) continue;
        if (seen.has(name)) complaints.say('once', `${what} ${name} is there again in ${conversation} at ${entry.seq}`);
        seen.add(name);
      }
  }
}

/** What was acknowledged is there, as it was acknowledged, under its own key; and nothing is there that nobody sent. */
function checkAcknowledged(complaints, sends, logs, places, sent) {
  for (const send of sends) {
    const { kind, ack, conversation, key, by } = send;
    if (!ack) continue;
    const name = `${kind} ${key ?? send.mark}`;
    const place = places.get(ack.id);
    if (!place) complaints.say('acknowledged', `${name} was acknowledged as ${ack.id} and is nowhere`);
    else if (place.conversation !== conversation || place.seq !== ack.seq)
      complaints.say('acknowledged', `${name} was acknowledged at ${ack.seq} and is at ${place.seq}`);
    else if (sent.of(place.entry) !== send || place.entry.sender !== by)
      complaints.say('acknowledged', `what was acknowledged as ${name} is ${place.entry.key} by ${place.entry.sender}`);
    else if (key !== null && place.entry.key !== key)
      complaints.say('acknowledged', `${name} has the key ${place.entry.key}`);
  }
  for (const [conversation, log] of logs)
    for (const entry of log)
      if (!sent.of(entry)) complaints.say('sent', `${conversation} has at ${entry.seq} what nobody sent: ${entry.key} ${entry.mark}`);
}

/** What one device sent to a conversation is in it in the order in which it was sent. */
function checkOrderOfSenders(complaints, sends, logs, sent) {
  const seqs = new Map();
  for (const log of logs.values())
    for (const entry of log) {
      const send = sent.of(entry);
      if (send && !seqs.has(send)) seqs.set(send, entry.seq);
    }
  const last = new Map();
  for (const send of sends) {
    const seq = seqs.get(send);
    if (seq === undefined) continue;
    const line = `${send.stream} ${send.conversation}`;
    const before = last.get(line) ?? { seq: 0 };
    const name = send.key ?? send.mark;
    if (seq < before.seq) complaints.say("sender's order", `${name} at ${seq} was sent after ${before.name} at ${before.seq}`);
    else last.set(line, { seq, name });
  }
}

/** Messages read what changes made of them, and a change is refused for a reason. */
function checkChanges(complaints, { log, devices, sends }, models, sent, logs) {
  for (const [conversation, model] of models) {
    const here = devices.filter((device) => device.conversation === conversation);
    changes.checkReadings(complaints, conversation, model, log[conversation], here);
  }
  const there = new Set();
  for (const log of logs.values()) for (const entry of log) there.add(sent.of(entry));
  changes.checkRefused(complaints, sends, models, (send) => there.has(send));
}

/** A device of ours showed the log: everything, once, in its order. */
function checkDevice(complaints, { name, conversation, shown }, log) {
  for (let at = 0; at < Math.max(shown.length, log.length); at++) {
    const [showed, is] = [shown[at], log[at]];
    if (showed?.id === is?.id && showed?.seq === is?.seq) continue;
    const text = (entry) => (entry ? `${entry.id} (${entry.seq})` : 'nothing');
    complaints.say('shown', `${name} in ${conversation} showed ${text(showed)} as number ${at + 1}, not ${text(is)}`);
    return;
  }
}

/** What came to an old page on one connection is in the log, in its order, once. */
function checkPage(complaints, page, places, models) {
  const { name, conversation, connection, shown } = page;
  let before = 0;
  for (const given of shown) {
    const place = places.get(given.id);
    if (!place) complaints.say('shown', `${name} (${connection}) was given ${given.id}, which is nowhere`);
    else if (place.conversation !== conversation) complaints.say('shown', `${name} was given ${given.id} of another conversation`);
    else if (place.seq <= before) complaints.say('shown', `${name} (${connection}) was given ${place.seq} after ${before}`);
    else {
      before = place.seq;
      changes.checkPageReads(complaints, page, given, place, models.get(conversation));
    }
  }
}

/** The highest of each receipt so far. */
class Heights extends Map {
  of = ({ conversation, user }) => this.get(`${conversation} ${user}`) ?? { delivered: 0, read: 0 };

  add(receipt) {
    const { conversation, user, delivered, read } = receipt;
    const before = this.of(receipt);
    const higher = { delivered: Math.max(before.delivered, delivered), read: Math.max(before.read, read) };
    this.set(`${conversation} ${user}`, { conversation, user, ...higher });
  }
}

const isBelow = (one, other) => one.delivered < other.delivered || one.read < other.read;

/** Receipts only grow, are not beyond the log, and are not forgotten. */
function checkReceipts(complaints, { receipts, stored }, logs) {
  const highest = new Heights();
  const text = ({ delivered, read }) => `${delivered}/${read}`;
  for (const { device, heard } of receipts) {
    const before = new Heights();
    let counted = 0;
    for (const receipt of heard) {
      const where = `${device} ${receipt.conversation} ${receipt.user}`;
      while (counted < (receipt.asked ?? 0)) before.add(heard[counted++]);
      if (receipt.asked !== undefined && isBelow(receipt, before.of(receipt)))
        complaints.say('receipts', `${where}: ${text(receipt)} after ${text(before.of(receipt))}`);
      const length = logs.get(receipt.conversation)?.length ?? 0;
      if (Math.max(receipt.delivered, receipt.read) > length) complaints.say('receipts', `${where}: ${text(receipt)} of ${length}`);
      highest.add(receipt);
    }
  }
  for (const { conversation, user, ...heard } of highest.values()) {
    const is = stored[conversation]?.[user] ?? { delivered: 0, read: 0 };
    if (isBelow(is, heard)) complaints.say('receipts', `${conversation} ${user}: heard ${text(heard)}, stored ${text(is)}`);
  }
}
