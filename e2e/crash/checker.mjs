// Judges a history: what people sent and were told, what each of their devices showed, and what could be read in the end.
// Pure: a history goes in, complaints come out. It knows nothing of how a server works, only what was promised:
//
//   a message is stored once and shown once, in one order, on every device of both people; "sent" means on disk.
//
// A history is
//   sends:    [{ by, stream, conversation, key, mark, ack: { id, seq } | null }], in the order in which each stream (one
//             device of one person) began them. `mark` is unlike any other message's and inside its text; `key` is the
//             idempotency key of the first try, null where a client has none (and so doesn't try again).
//   log:      { <conversation>: [{ reader, entries: [{ id, seq, key, mark, sender }] }] }, as each of the two people read it
//             in the end, oldest first.
//   devices:  [{ name, reader, conversation, shown: [{ id, seq }] }], what a device of ours showed, in its order. It has
//             caught up in the end.
//   pages:    [{ name, conversation, connection, shown: [{ id }] }], what came to an old page on one connection.
//   receipts: [{ device, heard: [{ conversation, user, delivered, read, asked? }] }], in the order in which a device heard
//             of them. One that it asked for says how many it had heard when it did; the others were pushed, and pushes
//             may overtake each other: a device goes by the highest.
//   stored:   { <conversation>: { <user>: { delivered, read } } }, what could be read in the end.

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
  const logs = new Map();
  for (const [conversation, readings] of Object.entries(history.log)) {
    for (const { reader, entries } of readings) checkDense(complaints, conversation, reader, entries);
    const log = readings[0]?.entries ?? [];
    for (const { reader, entries } of readings.slice(1)) checkSame(complaints, conversation, reader, entries, log);
    logs.set(conversation, log);
  }
  checkOnce(complaints, logs);
  const places = new Map();
  for (const [conversation, log] of logs)
    for (const entry of log) places.set(entry.id, { conversation, seq: entry.seq, entry });
  checkAcknowledged(complaints, history.sends, logs, places);
  checkOrderOfSenders(complaints, history.sends, logs);
  for (const device of history.devices) checkDevice(complaints, device, logs.get(device.conversation) ?? []);
  for (const page of history.pages ?? []) checkPage(complaints, page, places);
  checkReceipts(complaints, history, logs);
  return complaints.list;
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
    ['message', ({ mark }) => mark],
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
function checkAcknowledged(complaints, sends, logs, places) {
  const sent = new Map(sends.map((send) => [send.mark, send]));
  for (const { mark, ack, conversation, key, by } of sends) {
    if (!ack) continue;
    const place = places.get(ack.id);
    if (!place) complaints.say('acknowledged', `${mark} was acknowledged as ${ack.id} and is nowhere`);
    else if (place.conversation !== conversation || place.seq !== ack.seq)
      complaints.say('acknowledged', `${mark} was acknowledged at ${ack.seq} and is at ${place.seq}`);
    else if (place.entry.mark !== mark || place.entry.sender !== by)
      complaints.say('acknowledged', `what was acknowledged as ${mark} is ${place.entry.mark} by ${place.entry.sender}`);
    else if (key !== null && place.entry.key !== key)
      complaints.say('acknowledged', `${mark} has the key ${place.entry.key}, not ${key}`);
  }
  for (const [conversation, log] of logs)
    for (const { mark, seq } of log)
      if (!sent.has(mark)) complaints.say('sent', `${conversation} has at ${seq} what nobody sent: ${mark}`);
}

/** What one device sent to a conversation is in it in the order in which it was sent. */
function checkOrderOfSenders(complaints, sends, logs) {
  const seqs = new Map();
  for (const log of logs.values()) for (const { mark, seq } of log) if (!seqs.has(mark)) seqs.set(mark, seq);
  const last = new Map();
  for (const { stream, conversation, mark } of sends) {
    const seq = seqs.get(mark);
    if (seq === undefined) continue;
    const line = `${stream} ${conversation}`;
    const before = last.get(line) ?? { seq: 0 };
    if (seq < before.seq) complaints.say("sender's order", `${mark} at ${seq} was sent after ${before.mark} at ${before.seq}`);
    else last.set(line, { seq, mark });
  }
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
function checkPage(complaints, { name, conversation, connection, shown }, places) {
  let before = 0;
  for (const { id } of shown) {
    const place = places.get(id);
    if (!place) complaints.say('shown', `${name} (${connection}) was given ${id}, which is nowhere`);
    else if (place.conversation !== conversation) complaints.say('shown', `${name} was given ${id} of another conversation`);
    else if (place.seq <= before) complaints.say('shown', `${name} (${connection}) was given ${place.seq} after ${before}`);
    else before = place.seq;
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
