// Chat as our own client speaks it.
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

describe('sending', () => {
  it('acknowledges the stored entry and tells every connection of both', async () => {
    const [from, also, to] = await Promise.all([
      practice.connect(tom),
      practice.connect(tom, { device: 'phone' }),
      practice.connect(maya),
    ]);
    const entry = await from.send(maya, 'Good morning!', { clientMessageId: 'first' });
    assert.deepEqual(keys(entry), keys(await fixture('entry-message')));
    assert.equal(entry.message, 'Good morning!');
    assert.equal(entry.kind, 'message');
    assert.equal(entry.clientMessageId, 'first');
    assert.equal(entry.senderId, tom.id);
    assert.equal(entry.receiverId, maya.id);
    assert.equal(entry.messageId, entry._id);
    assert.equal(entry.isRead, false);
    for (const line of [from, also, to]) assert.deepEqual(await line.next('entry'), entry);
    for (const line of [from, also, to]) {
      await line.settled();
      assert.equal(line.all('entry').length, 1);
      line.close();
    }
  });

  it('carries a plan with its fields', async () => {
    const [from, to] = await Promise.all([practice.connect(maya), practice.connect(tom)]);
    const plan = await fixture('send-message-plan');
    const entry = await from.ask('send-message', { ...plan, receiverId: tom.id });
    assert.deepEqual(keys(entry), keys(await fixture('entry-plan')));
    for (const field of ['planId', 'planName', 'totalCalories', 'preferences', 'meals', 'message', 'messageType'])
      assert.deepEqual(entry[field], plan[field], field);
    assert.deepEqual(await to.next('entry'), entry);
    from.close();
    to.close();
  });

  it('is idempotent by clientMessageId', async () => {
    const [from, to] = await Promise.all([practice.connect(tom), practice.connect(maya)]);
    const once = await from.send(maya, 'twice?', { clientMessageId: 'again' });
    assert.deepEqual(await from.send(maya, 'twice?', { clientMessageId: 'again' }), once);
    const other = await from.send(maya, 'something else', { clientMessageId: 'again' });
    assert.equal(other.code, 'id_conflict');
    assert.equal(other.clientMessageId, 'again');
    await to.settled();
    assert.equal(to.all('entry').length, 1);
    from.close();
    to.close();
  });

  it('keeps the order of a thousand that are sent at once', async () => {
    const [from, to] = await Promise.all([practice.connect(ida), practice.connect(maya)]);
    const numbers = Array.from({ length: 1000 }, (_, n) => n);
    const answers = await Promise.all(numbers.map((n) => from.send(maya, `number ${n}`)));
    assert.deepEqual(answers.map((entry) => entry.seq - answers[0].seq), numbers);
    const received = await to.count('entry', 1000);
    assert.deepEqual(received.map((entry) => entry.message), numbers.map((n) => `number ${n}`));
    from.close();
    to.close();
  });

  it('keeps the order of seq on every connection when both write at once', async () => {
    const [left, right] = await Promise.all([practice.connect(tom), practice.connect(root)]);
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? left.send(root, `l${n}`) : right.send(tom, `r${n}`))),
    );
    for (const line of [left, right]) {
      const seqs = (await line.count('entry', 200)).map((entry) => entry.seq);
      assert.deepEqual(seqs, seqs.map((_, n) => n + 1));
      line.close();
    }
  });
});

describe('what does not fit', () => {
  const good = { receiverId: 'maya', message: 'hello', messageType: 'text', clientMessageId: 'k' };
  const table = [
    ['no argument', [], 'bad_request'],
    ['null', [null], 'bad_request'],
    ['a number', [7], 'bad_request'],
    ['a text', ['hello'], 'bad_request'],
    ['an array', [[1, 2]], 'bad_request'],
    ['binary', [Buffer.from('hello')], 'bad_request'],
    ['deep', [JSON.parse('['.repeat(200) + ']'.repeat(200))], 'bad_request'],
    ['no receiver', [{ ...good, receiverId: undefined }], 'bad_request'],
    ['an odd receiver', [{ ...good, receiverId: 'me' }], 'bad_request'],
    ['a number as text', [{ ...good, message: 7 }], 'bad_request'],
    ['an empty text', [{ ...good, message: '' }], 'bad_request'],
    ['a text of 65 KiB', [{ ...good, message: 'x'.repeat(65 * 1024) }], 'too_large'],
    ['a text of a byte too many', [{ ...good, message: 'x'.repeat(16_385) }], 'too_large'],
    ['an unknown type', [{ ...good, messageType: 'hologram' }], 'bad_request'],
    ['an upload, which there is none of yet', [{ ...good, messageType: 'file', fileUrl: 'x' }], 'bad_request'],
    ['meals that are no array', [{ ...good, messageType: 'plan', meals: {} }], 'bad_request'],
    ['an odd key', [{ ...good, clientMessageId: 'a b' }], 'bad_request'],
    ["the key of a call's entry", [{ ...good, clientMessageId: `call:${'0'.repeat(24)}` }], 'bad_request'],
    ['another sender', [{ ...good, senderId: 'ida' }], 'sender_mismatch'],
    ['nobody', [{ ...good, receiverId: 'f'.repeat(24) }], 'contact_not_allowed'],
    ['another patient', [{ ...good, receiverId: 'ida' }], 'contact_not_allowed'],
    ['themself', [{ ...good, receiverId: 'tom' }], 'contact_not_allowed'],
  ];
  let line, count;
  const named = (value) => {
    if (!value || typeof value !== 'object' || Array.isArray(value) || Buffer.isBuffer(value)) return value;
    const ids = { maya: maya.id, ida: ida.id, tom: tom.id };
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k.endsWith('Id') ? (ids[v] ?? v) : v]));
  };
  before(async () => {
    line = await practice.connect(tom);
    count = (await practice.get(tom, '/api/inbox')).body.conversations.map((one) => one.lastSeq);
  });
  after(() => line?.close());

  for (const [name, args, code] of table)
    it(`answers ${name} with ${code}, with and without an acknowledgement`, async () => {
      const answer = await line.ask('send-message', ...args.map(named));
      assert.equal(answer.code, code);
      assert.equal(typeof answer.error, 'string');
      if (args[0]?.clientMessageId === 'k') assert.equal(answer.clientMessageId, 'k');
      line.clear();
      line.tell('send-message', ...args.map(named));
      assert.equal((await line.next('message-error')).code, code);
    });

  it('stores none of it, and the socket stays', async () => {
    const now = (await practice.get(tom, '/api/inbox')).body.conversations.map((one) => one.lastSeq);
    assert.deepEqual(now, count);
    assert.equal(line.socket.connected, true);
  });

  it('answers an unknown event', async () => {
    assert.equal((await line.ask('fly-to-the-moon', {})).code, 'unknown_event');
    line.clear();
    line.tell('fly-to-the-moon');
    assert.equal((await line.next('message-error')).code, 'unknown_event');
  });

  it('joins nobody into the room of another', async () => {
    assert.equal((await line.ask('join-room', maya.id)).code, 'forbidden');
    assert.equal((await line.ask('join-room', 7)).code, 'bad_request');
  });

  it('closes on a packet of over a megabyte, and on no smaller one', async () => {
    const big = await practice.connect(tom);
    assert.equal((await big.send(maya, 'x'.repeat(900_000))).code, 'too_large');
    big.tell('send-message', { message: 'x'.repeat(1_100_000) });
    await big.next('disconnect');
  });
});

describe('coming back', () => {
  it('gives what was missed, without a gap and without a double', async () => {
    const [from, to] = await Promise.all([practice.connect(ida), practice.connect(root)]);
    const first = await from.send(root, 'one');
    await to.next('entry');
    const known = await to.ask('sync', { epoch: null, conversations: {} });
    const id = first.conversationId;
    assert.deepEqual(keys(known), keys(await fixture('sync-answer')));
    assert.equal(known.conversations[id].reset, true);
    assert.deepEqual(known.conversations[id].entries.at(-1), first);
    to.close();
    const missed = [];
    for (let n = 0; n < 250; n += 1) missed.push(await from.send(root, `missed ${n}`));

    const again = await practice.connect(root);
    const got = [];
    let seq = first.seq;
    for (let more = true; more; ) {
      const answer = await again.ask('sync', { epoch: known.epoch, conversations: { [id]: seq } });
      const there = answer.conversations[id];
      assert.equal(there.reset, false);
      got.push(...there.entries);
      seq = got.at(-1).seq;
      ({ more } = there);
      assert.equal(there.unread, 251);
    }
    assert.deepEqual(got, missed);
    const nothing = await again.ask('sync', { epoch: known.epoch, conversations: { [id]: seq } });
    assert.deepEqual(nothing.conversations[id].entries, []);
    assert.equal(nothing.reset, false);

    const other = await again.ask('sync', { epoch: 'another', conversations: { [id]: seq } });
    assert.equal(other.reset, true);
    assert.deepEqual(other.conversations[id].entries, missed.slice(-50));
    const ahead = await again.ask('sync', { epoch: known.epoch, conversations: { [id]: seq + 5 } });
    assert.equal(ahead.conversations[id].reset, true);
    from.close();
    again.close();
  });

  it('tells nothing of the conversations of others', async () => {
    const line = await practice.connect(tom);
    const foreign = (await practice.get(ida, '/api/inbox')).body.conversations[0].conversationId;
    const answer = await line.ask('sync', { epoch: null, conversations: { [foreign]: 0 } });
    assert.equal(answer.conversations[foreign], undefined);
    assert.equal((await line.ask('sync', { conversations: 7 })).code, 'bad_request');
    line.close();
  });
});

describe('receipts', () => {
  it('are monotone, bounded, and told to both', async () => {
    const [from, to] = await Promise.all([practice.connect(root), practice.connect(maya)]);
    await from.send(maya, 'one');
    const { seq, conversationId } = await from.send(maya, 'two');
    assert.deepEqual(await to.ask('delivered', { conversationId, seq }), { delivered: seq, read: 0 });
    assert.deepEqual(await from.next('receipt'), { conversationId, userId: maya.id, delivered: seq, read: 0 });
    assert.deepEqual(await to.ask('read', { conversationId, seq: 1 }), { delivered: seq, read: 1 });
    assert.deepEqual(await to.ask('read', { conversationId, seq: 99 }), { delivered: seq, read: seq });
    assert.deepEqual(await to.ask('read', { conversationId, seq: 1 }), { delivered: seq, read: seq });
    for (const line of [from, to]) {
      await line.settled();
      assert.deepEqual(line.all('receipt').map((one) => [one.delivered, one.read]), [[2, 0], [2, 1], [2, 2]]);
    }
    const { body } = await practice.get(root, `/api/conversations/${conversationId}/entries`);
    assert.deepEqual(body.receipts.theirs, { delivered: seq, read: seq });
    assert.deepEqual(body.entries.map((entry) => entry.isRead), [true, true]);

    const stranger = await practice.connect(tom);
    for (const event of ['delivered', 'read']) {
      assert.equal((await stranger.ask(event, { conversationId, seq: 1 })).code, 'forbidden');
      assert.equal((await stranger.ask(event, { conversationId: 'f'.repeat(24), seq: 1 })).code, 'forbidden');
      assert.equal((await stranger.ask(event, { conversationId, seq: -1 })).code, 'bad_request');
      assert.equal((await stranger.ask(event, 'x')).code, 'bad_request');
    }
    for (const line of [from, to, stranger]) line.close();
  });
});

describe('typing and presence', () => {
  it('tells the other that somebody types, and no stranger', async () => {
    const [from, to, stranger] = await Promise.all([practice.connect(tom), practice.connect(maya), practice.connect(ida)]);
    await from.ask('typing', { receiverId: maya.id, isTyping: true });
    assert.deepEqual(await to.next('user-typing'), { senderId: tom.id, isTyping: true });
    assert.equal((await from.ask('typing', { receiverId: ida.id, isTyping: true })).code, 'contact_not_allowed');
    assert.equal((await from.ask('typing', { receiverId: maya.id, senderId: ida.id, isTyping: true })).code, 'sender_mismatch');
    assert.equal((await from.ask('typing', { receiverId: maya.id })).code, 'bad_request');
    await stranger.settled();
    assert.deepEqual(stranger.all('user-typing'), []);
    for (const line of [from, to, stranger]) line.close();
  });

  it('tells contacts who comes, and nobody else', async () => {
    const [staff, patient] = await Promise.all([practice.connect(maya), practice.connect(ida)]);
    const nora = await practice.person('Nora', 'patient');
    const line = await practice.connect(nora);
    assert.deepEqual(await staff.next('presence', (one) => one.userId === nora.id), { userId: nora.id, online: true });
    await patient.settled();
    assert.deepEqual(patient.all('presence').filter((one) => one.userId === nora.id), []);
    const inbox = (await practice.get(maya, '/api/inbox')).body;
    assert.equal(inbox.contacts.find((one) => one._id === nora.id).online, true);

    // Gone for a moment is not gone.
    line.close();
    const back = await practice.connect(nora);
    await back.settled();
    await staff.settled();
    assert.equal(staff.all('presence').filter((one) => one.userId === nora.id).length, 1);
    for (const one of [staff, patient, back]) one.close();
  });
});

describe('reading by REST', () => {
  it('gives the inbox in its shape', async () => {
    const { status, body } = await practice.get(tom, '/api/inbox');
    const expected = await fixture('inbox');
    assert.equal(status, 200);
    assert.deepEqual(keys(body), keys(expected));
    assert.deepEqual(keys(body.conversations[0]), keys(expected.conversations[0]));
    assert.deepEqual(body.contacts.map((one) => one.name), ['Maya', 'Root']);
    assert.equal((await practice.get(null, '/api/inbox')).status, 401);
    assert.equal((await practice.get(tom, '/api/inbox', 'chat')).status, 404);
  });

  it('pages backwards through a conversation', async () => {
    const { body } = await practice.get(ida, '/api/inbox');
    const { conversationId, lastSeq } = body.conversations.find((one) => one.other.name === 'Maya');
    const path = `/api/conversations/${conversationId}/entries`;
    const newest = (await practice.get(ida, `${path}?limit=200`)).body;
    assert.equal(newest.entries.length, 200);
    assert.equal(newest.entries.at(-1).seq, lastSeq);
    assert.equal(newest.more, true);
    const before = newest.entries[0].seq;
    const older = (await practice.get(ida, `${path}?before=${before}&limit=3`)).body;
    assert.deepEqual(older.entries.map((entry) => entry.seq), [before - 3, before - 2, before - 1]);
    const oldest = (await practice.get(ida, `${path}?before=3`)).body;
    assert.deepEqual([oldest.entries.length, oldest.more], [2, false]);
    for (const query of ['limit=0', 'limit=x', 'before=-1'])
      assert.equal((await practice.get(ida, `${path}?${query}`)).status, 400, query);
    for (const person of [tom, root])
      assert.equal((await practice.get(person, path)).status, 403, `${person.name} is not of it`);
    assert.equal((await practice.get(ida, `/api/conversations/${'f'.repeat(24)}/entries`)).status, 403);
    assert.equal((await practice.get(ida, '/api/conversations/x/entries')).status, 403);
  });
});
