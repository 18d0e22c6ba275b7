// The server of model.mjs: a log, and what changes make of it.
import { TOMBSTONE } from './changes.mjs';

/** How many entries a server with a window of keys remembers. */
const WINDOW = 4;

export class ModelServer {
  log = [];
  read = { A: 0, B: 0 };
  open = [];
  ids = 0;

  constructor(bug, clock, chance) {
    Object.assign(this, { bug, clock, chance });
  }

  get all() {
    return [...this.log, ...this.open];
  }

  known(request) {
    if (this.bug === 'no unique key') return undefined;
    const window = this.bug === 'dedup window expires' ? this.log.slice(-WINDOW) : this.log;
    return [...window, ...this.open].find(({ sender, key }) => sender === request.by && key === request.key);
  }

  isDeleted(seq, log = this.all) {
    return log.some(({ kind, target }) => kind === 'deletion' && target === seq);
  }

  refuses({ kind, by, target }) {
    if (kind === 'message') return null;
    const message = this.all.find(({ seq }) => seq === target.seq);
    if (!message) return 'forbidden';
    if (kind !== 'reaction' && message.sender !== by && this.bug !== "change of another's message")
      return kind === 'edit' ? 'not_editable' : 'forbidden';
    if (this.isDeleted(target.seq) && this.bug !== 'change after the deletion') return 'message_deleted';
    return this.bug === 'refused for nothing' && this.chance() < 0.1 ? 'not_editable' : null;
  }

  /** Writes into the open transaction, without committing it. */
  take(request) {
    const known = this.known(request);
    if (known && this.bug !== 'retry of a change is refused') return { entry: known, again: true };
    const refused = this.refuses(request);
    if (refused || known) return refused ? { refused } : { entry: known, again: true };
    const seq = this.bug === 'seq by time' ? this.clock() : (this.all.at(-1)?.seq ?? 0) + 1;
    const { kind, key, mark, by: sender, target, replyTo, reaction } = request;
    const entry = { id: `id${this.ids++}`, seq, kind, key, mark, sender, target: target?.seq, replyTo: replyTo?.seq, reaction };
    this.open.push(entry);
    return { entry };
  }

  commit() {
    this.log.push(...this.open.splice(0));
  }

  after(cursor) {
    const from = this.bug === 'cursor off by one' ? cursor + 1 : cursor;
    return this.log.filter(({ seq }) => seq > from).map((entry) => this.wire(entry, this.log));
  }

  /** As it is pushed: what was before it is in its quote, what came after it is not in it. */
  pushed(entry) {
    return this.wire(entry, this.all.filter(({ seq }) => seq <= entry.seq));
  }

  /** As it goes over the wire after that log. */
  wire(entry, log) {
    const { id: _id, seq, kind, key: clientMessageId, sender: senderId, target: targetSeq, reaction, replyTo } = entry;
    const wire = { conversationId: 'c', _id, seq, kind, clientMessageId, senderId };
    if (kind !== 'message') {
      const wiped = kind === 'edit' && this.bug !== 'an edit keeps its words' && this.isDeleted(targetSeq, log);
      return { ...wire, targetSeq, ...(kind === 'edit' && { message: wiped ? '' : entry.mark }), ...(kind === 'reaction' && { reaction }) };
    }
    const { words, edited, deleted, reactions, changedSeq } = this.fold(entry, log);
    const message = log.find(({ seq }) => seq === replyTo);
    const quote = message && !deleted && this.quote(message, log);
    // One that gives the words of what is deleted, and its deletion after it.
    if (deleted && this.bug === 'deleted words are given to devices') return { ...wire, message: entry.mark };
    return {
      ...wire,
      message: words,
      ...(edited && { editedAt: 'then' }),
      ...(deleted && { deletedAt: 'then' }),
      ...(reactions.size > 0 && { reactions: [...reactions].map(([userId, reaction]) => ({ userId, reaction })) }),
      ...(changedSeq && { changedSeq }),
      ...(quote && { replyTo: quote }),
    };
  }

  quote(message, log) {
    const { words, deleted } = this.fold(message, log);
    if (this.bug === 'a quote keeps its words') return { seq: message.seq, message: message.mark };
    return { seq: message.seq, message: words, ...(deleted && { deleted: true }) };
  }

  fold(message, log) {
    const is = { words: message.mark, edited: false, deleted: false, reactions: new Map(), changedSeq: undefined };
    for (const { kind, seq, sender, mark, reaction } of log.filter(({ target }) => target === message.seq)) {
      is.changedSeq = seq;
      if (is.deleted) continue;
      if (kind === 'deletion') Object.assign(is, { words: '', edited: false, deleted: true, reactions: new Map() });
      else if (kind === 'edit') [is.words, is.edited] = [is.edited && this.bug === 'the first edit stays' ? is.words : mark, true];
      else if (reaction === null) is.reactions.delete(sender);
      else is.reactions.set(sender, reaction);
    }
    return is;
  }

  /** What can be found in its file. */
  file() {
    const kept = ({ kind, seq, target }) => this.bug === 'deleted words stay in the file' || !this.isDeleted(kind === 'edit' ? target : seq);
    return new Set(this.log.filter(kept).map(({ mark }) => mark));
  }
}

/** What an old page is given of it. */
export function oldWords(server, { deletedAt, message, seq }) {
  if (!deletedAt) return message;
  return server.bug === 'deleted words are given to pages' ? server.log.find((entry) => entry.seq === seq).mark : TOMBSTONE;
}
