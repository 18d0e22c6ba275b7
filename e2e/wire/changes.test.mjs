// Edits, deletions, reactions and replies as our own client speaks them, and what old pages see of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Practice, fixture, keys } from './support.mjs';

let practice, tom, ida, maya, root;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
  root = await practice.person('Root', 'admin');
});
after(() => practice?.close());

const change = (line, event, message, more = {}) =>
  line.ask(event, { clientMessageId: crypto.randomUUID(), messageId: message._id, ...more });

/** All of a conversation, as its pair reads it. */
const entries = async (person, message, query = '') => {
  const { status, body } = await practice.get(person, `/api/conversations/${message.conversationId}/entries${query}`);
  assert.equal(status, 200);
  return body;
};

const found = async (person, message) => {
  const page = await entries(person, message, `?around=${message.seq}&limit=1`);
  return page.entries[0];
};

describe('changing a message', () => {
  it('is an entry that every connection of both gets, and makes the message another', async () => {
    const [from, also, to] = await Promise.all([
      practice.connect(tom),
      practice.connect(tom, { device: 'phone' }),
      practice.connect(maya),
    ]);
    const message = await from.send(maya, 'Good morning!');
    const edit = await change(from, 'edit-message', message, { message: 'Good evening!' });
    const reaction = await change(to, 'react', message, { reaction: '👍' });
    for (const [entry, name] of [[edit, 'entry-edit'], [reaction, 'entry-reaction']]) {
      assert.deepEqual(keys(entry), keys(await fixture(name)));
      assert.equal(entry.target, message._id);
      assert.equal(entry.targetSeq, message.seq);
    }
    assert.equal(edit.kind, 'edit');
    assert.equal(edit.message, 'Good evening!');
    assert.equal(reaction.senderId, maya.id);
    assert.equal(reaction.reaction, '👍');

    const changed = await found(maya, message);
    assert.deepEqual(keys(changed), keys(await fixture('entry-changed')));
    assert.equal(changed.message, 'Good evening!');
    assert.equal(changed.editedAt, edit.createdAt);
    assert.equal(changed.changedSeq, reaction.seq);
    assert.deepEqual(changed.reactions, [{ userId: maya.id, reaction: '👍' }]);

    const back = await change(to, 'react', message, { reaction: null });
    assert.deepEqual(keys(back), keys(await fixture('entry-reaction-taken-back')));
    const deletion = await change(from, 'delete-message', message);
    assert.deepEqual(keys(deletion), keys(await fixture('entry-deletion')));
    const deleted = await found(maya, message);
    assert.deepEqual(keys(deleted), keys(await fixture('entry-deleted')));
    assert.equal(deleted.message, '');
    assert.equal(deleted.deletedAt, deletion.createdAt);
    assert.equal((await found(tom, edit)).message, '', 'what its edits said is wiped too');

    for (const line of [from, also, to]) {
      const came = await line.count('entry', 5);
      assert.deepEqual(came, [message, edit, reaction, back, deletion]);
      assert.deepEqual(came.map((entry) => entry.seq - message.seq), [0, 1, 2, 3, 4]);
      line.close();
    }
  });

  it('is idempotent by clientMessageId, also when the message is deleted since', async () => {
    const [from, to] = await Promise.all([practice.connect(tom), practice.connect(maya)]);
    const said = { clientMessageId: 'said' };
    const message = await from.send(maya, 'once', said);
    const edit = await change(from, 'edit-message', message, { message: 'twice', clientMessageId: 'edited' });
    assert.deepEqual(await change(from, 'edit-message', message, { message: 'twice', clientMessageId: 'edited' }), edit);
    const other = await change(from, 'edit-message', message, { message: 'thrice', clientMessageId: 'edited' });
    assert.equal(other.code, 'id_conflict');
    assert.equal(other.clientMessageId, 'edited');
    const deletion = await change(from, 'delete-message', message, { clientMessageId: 'deleted' });
    assert.deepEqual(await change(from, 'delete-message', message, { clientMessageId: 'deleted' }), deletion);
    assert.equal((await change(from, 'edit-message', message, { message: 'twice', clientMessageId: 'edited' })).seq, edit.seq);
    assert.equal((await from.send(maya, 'once', said)).seq, message.seq);
    await to.settled();
    assert.equal(to.all('entry').length, 3);
    from.close();
    to.close();
  });

  it('is refused with a code, and leaves nothing', async () => {
    const [mine, theirs] = await Promise.all([practice.connect(tom), practice.connect(maya)]);
    const message = await mine.send(maya, 'mine');
    const plan = await theirs.ask('send-message', { ...(await fixture('send-message-plan')), receiverId: tom.id });
    const gone = await mine.send(maya, 'gone');
    await change(mine, 'delete-message', gone);
    const liked = await change(mine, 'react', message, { reaction: '🥦' });
    for (const [what, line, event, target, more, code] of [
      ["edit another's", theirs, 'edit-message', message, { message: 'x' }, 'not_editable'],
      ['edit a plan', theirs, 'edit-message', plan, { message: 'x' }, 'not_editable'],
      ["delete another's", theirs, 'delete-message', message, {}, 'forbidden'],
      ['edit what is gone', mine, 'edit-message', gone, { message: 'x' }, 'message_deleted'],
      ['delete what is gone', mine, 'delete-message', gone, {}, 'message_deleted'],
      ['react to what is gone', theirs, 'react', gone, { reaction: '👍' }, 'message_deleted'],
      ['edit to nothing', mine, 'edit-message', message, { message: ' ' }, 'bad_request'],
      ['edit without a text', mine, 'edit-message', message, {}, 'bad_request'],
      ['edit to too much', mine, 'edit-message', message, { message: 'x'.repeat(16_385) }, 'too_large'],
      ['react with a word', mine, 'react', message, { reaction: 'yes' }, 'bad_request'],
      ['react with two', mine, 'react', message, { reaction: '👍👍' }, 'bad_request'],
      ['react with a number', mine, 'react', message, { reaction: 7 }, 'bad_request'],
      ['change a change', mine, 'delete-message', liked, {}, 'bad_request'],
      ['no key', mine, 'delete-message', message, { clientMessageId: undefined }, 'bad_request'],
      ['an odd key', mine, 'delete-message', message, { clientMessageId: 'a b' }, 'bad_request'],
      ['an odd id', mine, 'delete-message', { _id: 'x' }, {}, 'bad_request'],
      ['nothing', mine, 'delete-message', { _id: 'f'.repeat(24) }, {}, 'forbidden'],
    ]) {
      const answer = await change(line, event, target, more);
      assert.equal(answer.code, code, what);
      assert.equal(typeof answer.error, 'string', what);
    }
    assert.equal((await mine.send(maya, 'next')).seq, liked.seq + 1);
    assert.equal((await found(tom, message)).message, 'mine');
    mine.close();
    theirs.close();
  });

  it('is for the pair alone', async () => {
    const [line, stranger, admin] = await Promise.all([tom, ida, root].map((person) => practice.connect(person)));
    const message = await line.send(maya, 'between us');
    for (const foreign of [stranger, admin]) {
      foreign.clear();
      for (const [event, more] of [
        ['edit-message', { message: 'x' }],
        ['delete-message', {}],
        ['react', { reaction: '👍' }],
      ])
        assert.equal((await change(foreign, event, message, more)).code, 'forbidden', event);
      assert.equal((await foreign.send(maya, 'quoting', { replyTo: message._id })).code, 'forbidden');
      await foreign.settled();
      assert.deepEqual(foreign.all('entry'), []);
    }
    assert.equal((await line.send(root, 'elsewhere', { replyTo: message._id })).code, 'forbidden');
    for (const one of [line, stranger, admin]) one.close();
  });

  it('never asks to be read, and keeps the preview at the newest message', async () => {
    const [from, to] = await Promise.all([practice.connect(root), practice.connect(maya)]);
    const message = await from.send(maya, 'read me');
    await to.ask('read', { conversationId: message.conversationId, seq: message.seq });
    await change(from, 'edit-message', message, { message: 'read me, please' });
    const last = await change(from, 'react', message, { reaction: '👍' });
    const { body } = await practice.get(maya, '/api/inbox');
    const row = body.conversations.find((each) => each.conversationId === message.conversationId);
    assert.equal(row.unread, 0);
    assert.equal(row.lastEntry._id, last._id);
    assert.equal(row.lastMessage._id, message._id);
    assert.equal(row.lastMessage.message, 'read me, please');
    assert.equal(row.lastSeq, last.seq);
    from.close();
    to.close();
  });
});

describe('replying', () => {
  it('quotes the message as it is', async () => {
    const [from, to] = await Promise.all([practice.connect(tom), practice.connect(maya)]);
    const message = await from.send(maya, 'How much iron?');
    to.clear();
    const reply = await to.send(tom, 'A lot', { replyTo: message._id });
    assert.deepEqual(keys(reply), keys(await fixture('entry-reply')));
    const quote = { seq: message.seq, messageId: message._id, senderId: tom.id, messageType: 'text' };
    assert.deepEqual(reply.replyTo, { ...quote, message: 'How much iron?' });
    assert.deepEqual(await from.next('entry', (entry) => entry.seq === reply.seq), reply);
    await change(from, 'edit-message', message, { message: 'ä'.repeat(300) });
    assert.deepEqual((await found(tom, reply)).replyTo, { ...quote, message: 'ä'.repeat(200) });
    await change(from, 'delete-message', message);
    assert.deepEqual((await found(tom, reply)).replyTo, { ...quote, message: '', deleted: true });
    const late = await to.send(tom, 'A lot', { replyTo: message._id });
    assert.equal(late.replyTo.deleted, true);
    assert.equal((await to.send(tom, 'hm', { replyTo: 'x' })).code, 'bad_request');
    await change(to, 'delete-message', late);
    assert.deepEqual(keys(await found(tom, late)), keys(await fixture('entry-deleted')), 'of a deleted reply nothing is left');
    from.close();
    to.close();
  });
});

describe('coming back', () => {
  it('sync gives changes as entries, and messages as they are', async () => {
    const [from, to] = await Promise.all([practice.connect(ida), practice.connect(maya)]);
    const message = await from.send(maya, 'one');
    const id = message.conversationId;
    const { epoch } = await to.ask('sync', { conversations: {} });
    to.close();
    const edit = await change(from, 'edit-message', message, { message: 'uno' });
    const second = await from.send(maya, 'two');
    const deletion = await change(from, 'delete-message', second);
    const again = await practice.connect(maya);
    const ask = async (seq) => (await again.ask('sync', { epoch, conversations: { [id]: seq } })).conversations[id];
    const missed = await ask(message.seq);
    assert.deepEqual(missed.entries.map((entry) => entry.kind), ['edit', 'message', 'deletion']);
    assert.deepEqual(missed.entries[0], edit);
    assert.equal(missed.entries[1].changedSeq, deletion.seq);
    assert.equal(missed.entries[1].message, '');
    const [first] = (await ask(0)).entries;
    assert.equal(first.message, 'uno');
    assert.equal(first.changedSeq, edit.seq);
    from.close();
    again.close();
  });

  it('verify says whether a client has everything', async () => {
    const [line, from] = await Promise.all([practice.connect(maya), practice.connect(tom)]);
    const { epoch, conversations } = await line.ask('sync', { conversations: {} });
    const rooms = Object.values(conversations);
    const has = {
      epoch,
      conversations: rooms.length,
      entries: rooms.reduce((sum, room) => sum + room.entries.at(-1).seq, 0),
    };
    assert.deepEqual(await line.ask('verify', has), { same: true });
    assert.deepEqual(await line.ask('verify', { ...has, epoch: 'another' }), { same: false });
    assert.deepEqual(await line.ask('verify', { ...has, conversations: has.conversations - 1 }), { same: false });
    const message = await from.send(maya, 'one more');
    assert.deepEqual(await line.ask('verify', has), { same: false });
    assert.deepEqual(await line.ask('verify', { ...has, entries: has.entries + 1 }), { same: true });
    await change(from, 'react', message, { reaction: '👍' });
    assert.deepEqual(await line.ask('verify', { ...has, entries: has.entries + 1 }), { same: false });
    assert.equal((await line.ask('verify', {})).code, 'bad_request');
    line.close();
    from.close();
  });

  it('pages go on from any place', async () => {
    const [from] = await Promise.all([practice.connect(ida)]);
    let message;
    for (let n = 0; n < 12; n++) message = await from.send(root, `number ${n}`);
    for (const [query, seqs, more, moreAfter] of [
      ['?limit=3', [10, 11, 12], true, undefined],
      ['?before=4&limit=5', [1, 2, 3], false, undefined],
      ['?after=9&limit=5', [10, 11, 12], true, false],
      ['?after=2&limit=3', [3, 4, 5], true, true],
      ['?around=6&limit=4', [4, 5, 6, 7], true, true],
      ['?around=12&limit=4', [10, 11, 12], true, false],
    ]) {
      const page = await entries(ida, message, query);
      assert.deepEqual([page.entries.map((entry) => entry.seq), page.more, page.moreAfter], [seqs, more, moreAfter], query);
    }
    const path = `/api/conversations/${message.conversationId}/entries?before=4&after=2`;
    assert.equal((await practice.get(ida, path)).body.code, 'bad_request');
    from.close();
  });
});

describe('old pages', () => {
  it('get messages alone, as they are when they are loaded', async () => {
    const [from, page] = await Promise.all([practice.connect(maya), practice.old(ida)]);
    const message = await from.send(ida, 'first');
    const second = await from.send(ida, 'second', { replyTo: message._id });
    for (let n = 0; n < 3; n++) await change(from, 'react', message, { reaction: '👍' });
    await change(from, 'edit-message', message, { message: 'better' });
    await change(from, 'delete-message', second);
    const last = await from.send(ida, 'last');
    await page.next('receive-message', (entry) => entry._id === last._id);
    assert.deepEqual(page.all('receive-message').map((entry) => entry._id), [message, second, last].map((each) => each._id));
    assert.equal(page.all('receive-message')[1].replyTo, undefined);

    const path = `/api/conversations/${message.conversationId}/messages?limit=3`;
    const { body } = await practice.get(ida, path, 'chat');
    assert.deepEqual(body.map((each) => each.message), ['better', 'This message was deleted', 'last']);
    assert.deepEqual(keys(body[0]), keys(await fixture('old-message-changed')));
    assert.deepEqual(keys(body[1]), keys(await fixture('old-message-deleted')));
    const { body: list } = await practice.get(ida, `/api/conversations/${ida.id}`, 'chat');
    const row = list.find((each) => each._id === message.conversationId);
    assert.equal(row.lastMessage, 'last');
    assert.ok(row.messages.every((each) => each.messageType === 'text'));
    const stats = await practice.get(ida, `/api/conversations/${message.conversationId}/stats`, 'chat');
    assert.equal(stats.body.totalMessages, row.messages.length);

    await change(from, 'delete-message', last);
    const { body: later } = await practice.get(ida, `/api/conversations/${ida.id}`, 'chat');
    assert.equal(later.find((each) => each._id === message.conversationId).lastMessage, 'This message was deleted');
    assert.equal((await page.ask('react', { clientMessageId: 'k', messageId: last._id })).code, 'unknown_event');
    from.close();
    page.close();
  });
});

describe('rates', () => {
  it('count changes as messages', async () => {
    const strict = await Practice.open({ MOODBITES_LIMITS: 'on' });
    try {
      const patient = await strict.person('Tom', 'patient');
      const dietician = await strict.person('Maya', 'dietician');
      const line = await strict.connect(patient);
      const message = await line.send(dietician, 'often');
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => change(line, 'react', message, { reaction: '👍' })),
      );
      const refused = answers.filter((answer) => answer.code === 'rate_limited');
      assert.ok(refused.length >= 30 && refused.length <= 41, `${refused.length} refused`);
      line.close();
    } finally {
      await strict.close();
    }
  });
});
