// The part of the checker that knows changes: what a message reads in the end is the fold of its changes in the order of
// the log, and nobody can read what was deleted. A model of its own, made from what people sent; it shares nothing with
// those that fold for a living.

/** What an old page shows of a message that was deleted. */
export const TOMBSTONE = 'This message was deleted';

/** So many changes there are to one message, a last deletion aside. */
const MOST = 200;

/**
 * What an entry reads, as a line: `words`, whether they were `edited` or `deleted`, the `reactions` ([user, emoji], whoever
 * came first before the other), and the `quote` of a reply ({ seq, words, deleted }).
 */
export function reading({ words, edited, deleted, reactions = [], quote }) {
  if (deleted) return '(deleted)';
  const said = reactions.map(([user, emoji]) => ` ${emoji} by ${user}`).join('');
  const quoted = quote ? ` > ${quote.seq} ${quote.deleted ? '(deleted)' : quote.words}` : '';
  return `${words}${edited ? ' (edited)' : ''}${said}${quoted}`;
}

/** The same of a change: `seq` is that of its message. What an edit says is compared apart. */
export const readingOfChange = (kind, seq, emoji) => `${kind}${kind === 'reaction' ? ` ${emoji}` : ''} of ${seq}`;

/** A message of the model. */
class Message {
  changes = 0;

  constructor(entry, send) {
    Object.assign(this, { entry, send, words: send.mark, texts: [send.mark] });
  }

  /** Why this change may not be, or null. */
  refuses({ sender, kind }) {
    const own = sender === this.entry.sender;
    if (!own && (kind === 'edit' || kind === 'deletion')) return `${kind} by another`;
    if (this.deletion) return `${kind} after its deletion`;
    return this.changes >= MOST && kind !== 'deletion' ? 'too many changes' : null;
  }

  fold(change, send) {
    this.changes += 1;
    if (this.deletion) return;
    if (change.kind === 'deletion') {
      this.deletion = { change, send };
      this.reactions = undefined;
    } else if (change.kind === 'edit') {
      [this.words, this.edited] = [send.mark, true];
      this.texts.push(send.mark);
    } else {
      this.reactions ??= new Map();
      if (send.reaction === null) this.reactions.delete(change.sender);
      else this.reactions.set(change.sender, send.reaction);
    }
  }

  reading(log) {
    const { words, edited, reactions, send } = this;
    const quoted = send.replyTo && log[send.replyTo.seq - 1];
    const quote = quoted && { seq: send.replyTo.seq, words: quoted.words, deleted: quoted.deletion !== undefined };
    return reading({ words, edited, deleted: this.deletion !== undefined, reactions: reactions && [...reactions], quote });
  }
}

/** What each place of a log is, by the order of the log and what was sent: a `Message`, or a change of one. */
export function fold(complaints, conversation, log, sendOf) {
  const model = [];
  for (const entry of log) {
    const send = sendOf(entry);
    // What nobody sent is complained of elsewhere.
    if (!send) model.push({ entry });
    else if (entry.kind === 'message') model.push(new Message(entry, send));
    else model.push(change(complaints, conversation, model, entry, send));
  }
  return model;
}

function change(complaints, conversation, model, entry, send) {
  const where = `${conversation} at ${entry.seq}`;
  const of = model[entry.target - 1];
  if (entry.kind !== send.kind || entry.target !== send.target?.seq)
    complaints.say('changes', `${where}: ${entry.kind} of ${entry.target} was sent as ${send.kind} of ${send.target?.seq}`);
  if (!(of instanceof Message)) {
    complaints.say('changes', `${where}: ${entry.kind} of ${entry.target}, which is no message`);
    return { entry };
  }
  const refused = of.refuses(entry);
  if (refused) complaints.say('changes', `${where}: ${refused} (${entry.target})`);
  of.fold(entry, send);
  return { entry, send, of };
}

function expected(model, place) {
  if (place instanceof Message) return place.reading(model);
  return place.send && readingOfChange(place.send.kind, place.send.target.seq, place.send.reaction);
}

/** Both people, and every device in the end, read what the changes have made of each message. */
export function checkReadings(complaints, conversation, model, readings, devices) {
  const are = model.map((place) => expected(model, place));
  for (const { reader, entries } of readings)
    entries.forEach(({ seq, mark, kind, reads, file }, at) => {
      const place = model[at];
      if (are[at] === undefined) return;
      if (reads !== are[at]) complaints.say('reads', `${conversation} at ${seq}: ${reader} reads "${reads}", not "${are[at]}"`);
      const has = place.deletion ? undefined : place.send?.file?.digest;
      if (file !== has) complaints.say('files', `${conversation} at ${seq}: ${reader} gets the file ${file}, not ${has}`);
      if (kind !== 'edit' || !place.of) return;
      const says = place.of.deletion ? '' : place.send.mark;
      if (mark !== says) complaints.say('reads', `${conversation} at ${seq}: ${reader} reads the edit "${mark}", not "${says}"`);
    });
  for (const { name, shown } of devices)
    shown.forEach(({ seq, reads, saidAt, quotedAt }, at) => {
      if (are[at] === undefined) return;
      if (reads !== are[at]) complaints.say('reads', `${conversation} at ${seq}: ${name} shows "${reads}", not "${are[at]}"`);
      const place = model[at];
      checkSilence(complaints, `${name} in ${conversation} at ${seq}`, place.deletion, saidAt);
      checkSilence(complaints, `${name} in ${conversation} at ${seq}, quoting`, model[place.send.replyTo?.seq - 1]?.deletion, quotedAt);
    });
}

/** Who asked after a deletion was acknowledged is not given the words. */
function checkSilence(complaints, where, deletion, asked) {
  const ack = deletion?.send?.ack && deletion.send.ended;
  if (ack !== undefined && asked > ack) complaints.say('deleted', `${where}: asked at ${asked}, given what was deleted at ${ack}`);
}

/** An old page is given messages alone, each with words that it had, and none that were deleted before the page came. */
export function checkPageReads(complaints, { name, opened }, { mark }, place, model) {
  const message = model?.[place.seq - 1];
  const where = `${name} at ${place.seq}`;
  if (place.entry.kind !== 'message') return complaints.say('pages', `${where} was given a change`);
  if (!(message instanceof Message)) return;
  if (mark === TOMBSTONE) {
    if (!message.deletion) complaints.say('pages', `${where} was told of a deletion that never was`);
  } else if (!message.texts.includes(mark)) complaints.say('pages', `${where} was given "${mark}"`);
  else checkSilence(complaints, where, message.deletion, opened);
}

/** What old pages load is every message, as it is. */
export function checkOldReading(complaints, conversation, model, { reader, messages }) {
  const are = model.filter((place) => place instanceof Message || (place.entry.kind === 'message' && !place.send));
  if (messages.length !== are.length)
    complaints.say('pages', `${conversation}: old pages of ${reader} load ${messages.length} messages of ${are.length}`);
  messages.forEach(({ id, mark }, at) => {
    const message = are[at];
    if (id !== message?.entry.id) return complaints.say('pages', `${conversation}: old pages of ${reader} load ${id} as number ${at + 1}`);
    if (!message.send) return;
    const words = message.deletion ? TOMBSTONE : message.words;
    if (mark !== words) complaints.say('pages', `${conversation}: old pages of ${reader} load "${mark}", not "${words}"`);
  });
}

/** Something may be refused for a reason, and is not there then. */
export function checkRefused(complaints, sends, models, has) {
  for (const send of sends) {
    if (!send.refused) continue;
    const what = `${send.key}, ${send.kind} of ${send.target?.seq}, was refused (${send.refused})`;
    if (has(send)) complaints.say('refused', `${what} and is there`);
    else if (!mayBeRefused(send, models.get(send.conversation)?.[send.target?.seq - 1])) complaints.say('refused', what);
  }
}

function mayBeRefused({ kind, by, refused, ended }, of) {
  if (!(of instanceof Message) || kind === 'message') return false;
  const own = of.entry.sender === by;
  switch (refused) {
    case 'message_deleted':
      return of.deletion?.send !== undefined && of.deletion.send.begun < ended;
    case 'too_many_changes':
      return of.changes >= MOST && kind !== 'deletion';
    case 'not_editable':
      return kind === 'edit' && !own;
    case 'forbidden':
      return kind === 'deletion' && !own;
    default:
      return false;
  }
}

/**
 * What nobody may find any more, with where it was: the marks of messages whose deletion is there, and of their edits, and
 * the uploads that they showed.
 */
export function wiped(models) {
  const [marks, uploads] = [new Map(), new Map()];
  for (const [conversation, model] of models)
    for (const { deletion, texts, entry, send } of model) {
      if (!deletion) continue;
      const where = `${conversation} at ${entry.seq}`;
      for (const mark of texts) marks.set(mark, where);
      if (send.file) uploads.set(send.file.id, where);
    }
  return { marks, uploads };
}
