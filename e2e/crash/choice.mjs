// What a device of ours writes: mostly messages, and changes of and replies to what it has seen.

/** The event that each is sent as. */
export const EVENTS = { message: 'send-message', edit: 'edit-message', deletion: 'delete-message', reaction: 'react' };

/** How often, of all that is written. */
const FILE = 0.03;
const REPLY = 0.08;
const EDIT = 0.1;
const DELETION = 0.07;
const REACTION = 0.25;

/** A file has so many bytes at most. */
const LARGEST = 200_000;

/** Of edits and deletions, what is tried with another's message. */
const FOREIGN = 0.03;

/** Of reactions, what everybody reacts to: until there are too many. */
const FAVOURITE = 0.5;

/** Messages of a conversation that a device may come back to. A new one takes the place of any: some stay for long. */
const KNOWN = 100;

const EMOJIS = ['👍', '❤️', '🥦', '😂', null];

const pick = (chance, list) => list[Math.floor(chance() * list.length)];

export function payloadOf({ kind, to, key, mark, target, replyTo, reaction, file }, padding) {
  const clientMessageId = key === null ? {} : { clientMessageId: key };
  const text = { message: padding ? `${mark} ${padding}` : mark };
  const shows = file ? { messageType: 'file', filePublicId: file.id } : { messageType: 'text' };
  if (kind === 'message') return { ...clientMessageId, receiverId: to, ...text, ...shows, ...(replyTo && { replyTo: replyTo.id }) };
  return { ...clientMessageId, messageId: target.id, ...(kind === 'edit' && text), ...(kind === 'reaction' && { reaction }) };
}

export class Choice {
  #known = new Map();

  /** Takes note of an entry. One without a key of its client's is known by its words, which are not to be changed then. */
  saw(chance, { conversationId, _id: id, seq, kind, senderId: by, clientMessageId }) {
    if (kind !== 'message' || !clientMessageId.startsWith('key-')) return;
    if (!this.#known.has(conversationId)) this.#known.set(conversationId, []);
    const known = this.#known.get(conversationId);
    known[known.length < KNOWN ? known.length : Math.floor(chance() * KNOWN)] = { id, seq, by };
  }

  /** A message, or what is to be changed and how, by that person. */
  next(chance, conversation, person, favourite) {
    const known = this.#known.get(conversation) ?? [];
    const message = { kind: 'message' };
    const any = () => pick(chance, known);
    let left = chance();
    const is = (share) => (left -= share) < 0;
    if (known.length === 0) return message;
    if (is(FILE)) return { ...message, file: { size: 1 + Math.floor(chance() * LARGEST) } };
    if (is(REPLY)) return { ...message, replyTo: any() };
    if (is(REACTION)) {
      const target = favourite && chance() < FAVOURITE ? { id: favourite.id, seq: favourite.seq } : any();
      return { kind: 'reaction', target, reaction: pick(chance, EMOJIS) };
    }
    const kind = is(EDIT) ? 'edit' : is(DELETION) ? 'deletion' : null;
    if (!kind) return message;
    const own = chance() > FOREIGN;
    const target = pick(chance, known.filter(({ by, seq }) => (by === person) === own && seq > 1));
    return target ? { kind, target } : message;
  }
}
