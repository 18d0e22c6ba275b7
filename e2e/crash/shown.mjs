// What a device of ours shows of a conversation: its log, each change folded into the message that it changes, as
// docs/protocol.md says that clients do.
import { reading, readingOfChange } from './changes.mjs';

/** The first word of a text is its mark; what follows makes it longer. */
export const markOf = (text = '') => text.split(' ', 1)[0];

const emojis = (reactions = []) => new Map(reactions.map(({ userId, reaction }) => [userId, reaction]));

const quoteOf = (quote) => quote && { seq: quote.seq, words: markOf(quote.message), deleted: quote.deleted === true };

/** What an entry of our dialect reads as. */
export function readingOf({ kind, targetSeq, message, editedAt, deletedAt, reaction, reactions, replyTo }) {
  if (kind !== 'message') return readingOfChange(kind, targetSeq, reaction);
  const [edited, deleted, quote] = [editedAt !== undefined, deletedAt !== undefined, quoteOf(replyTo)];
  // A deleted message has nothing else left; one that has would read as what is none.
  const left = deleted && (message !== '' || edited || reactions || replyTo);
  if (left) return `(deleted) but ${message}`;
  return reading({ words: markOf(message), edited, deleted, reactions: [...emojis(reactions)], quote });
}

/** Of a message that neither was changed nor quotes anything, there is nothing but its words. */
export class Shown {
  entries = [];
  /** By the seq of a message, those that quote it. */
  #quoting = new Map();

  get last() {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** Adds the entry that is next. `asked`: since when the device has waited for it. */
  add(entry, asked) {
    const { seq, _id: id, kind } = entry;
    if (kind !== 'message') {
      this.entries.push({ id, seq, asked, words: readingOf(entry), more: undefined });
      if (entry.targetSeq !== undefined) this.#fold(entry);
      return;
    }
    const shown = { id, seq, asked, words: markOf(entry.message), more: undefined };
    if (entry.changedSeq || entry.replyTo)
      shown.more = {
        changedSeq: entry.changedSeq,
        edited: entry.editedAt !== undefined,
        deleted: entry.deletedAt !== undefined,
        reactions: emojis(entry.reactions),
        quote: quoteOf(entry.replyTo),
        cameWithWords: entry.replyTo && !entry.replyTo.deleted,
        left: entry.deletedAt !== undefined && readingOf(entry) !== reading({ deleted: true }),
      };
    if (entry.replyTo) {
      const { seq: quoted } = entry.replyTo;
      if (!this.#quoting.has(quoted)) this.#quoting.set(quoted, []);
      this.#quoting.get(quoted).push(shown);
    }
    this.entries.push(shown);
  }

  #fold(change) {
    const message = this.entries[change.targetSeq - 1];
    // One that has a gap can't fold into what it hasn't.
    if (!message) return;
    const more = (message.more ??= {});
    if (change.seq > (more.changedSeq ?? 0)) {
      more.changedSeq = change.seq;
      if (!more.deleted) this.#change(message, more, change);
    }
    // Also where the message had it already: what was pushed quotes what was when it was sent.
    if (change.kind !== 'reaction') this.#requote(message);
  }

  #change(message, more, { kind, message: text, senderId, reaction }) {
    if (kind === 'edit') [message.words, more.edited] = [markOf(text), true];
    else if (kind === 'deletion') {
      message.words = '';
      Object.assign(more, { deleted: true, saidAt: message.asked });
    } else {
      more.reactions ??= new Map();
      if (reaction === null) more.reactions.delete(senderId);
      else more.reactions.set(senderId, reaction);
    }
  }

  #requote({ seq, words, more: { deleted } }) {
    for (const reply of this.#quoting.get(seq) ?? []) {
      if (deleted && reply.more.cameWithWords) reply.more.quotedAt = reply.asked;
      reply.more.quote = { seq, words, deleted: deleted === true };
    }
  }

  /** As the checker wants it. */
  history() {
    return this.entries.map(({ id, seq, words, more }) => {
      if (!more) return { id, seq, reads: words };
      const reads = reading({ ...more, words, reactions: [...(more.reactions ?? [])] });
      return { id, seq, reads: more.left ? `${reads} and more` : reads, saidAt: more.saidAt, quotedAt: more.quotedAt };
    });
  }
}
