// Chat as the pages speak it that were there before.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Practice, fixture, keys } from './support.mjs';

let practice, tom, ida, maya;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(() => practice?.close());

const message = (from, to, text) => ({ senderId: from.id, receiverId: to.id, message: text, messageType: 'text' });

describe('old pages', () => {
  it('send without a key or an acknowledgement, and get the stored message', async () => {
    const [from, also, to] = await Promise.all([practice.old(tom), practice.old(tom), practice.old(maya)]);
    from.tell('join-room', tom.id);
    from.tell('send-message', message(tom, maya, 'Good morning!'));
    const sent = await from.next('message-sent');
    assert.deepEqual(keys(sent), keys(await fixture('old-message-sent')));
    assert.equal(sent.messageType, 'text');
    assert.equal(sent.messageId, sent._id);
    assert.deepEqual(await also.next('message-sent'), sent);
    assert.deepEqual(await to.next('receive-message'), sent);
    for (const line of [from, also, to]) {
      await line.settled();
      const told = line.got.map((one) => one.event).filter((event) => !event.startsWith('user-'));
      assert.deepEqual(told, [line === to ? 'receive-message' : 'message-sent']);
      line.close();
    }
  });

  it('get an acknowledgement or a message-error, never both', async () => {
    const line = await practice.old(tom);
    const stored = await line.ask('send-message', message(tom, maya, 'asked'));
    assert.equal(stored.message, 'asked');
    assert.equal((await line.ask('send-message', message(maya, tom, 'forged'))).code, 'sender_mismatch');
    assert.deepEqual(line.all('message-error'), []);
    line.tell('send-message', message(tom, ida, 'no'));
    const error = await line.next('message-error');
    assert.deepEqual(keys(error), ['code', 'error']);
    assert.equal(error.code, 'contact_not_allowed');
    line.close();
  });

  it('mark as read up to a message, and the sender hears of each', async () => {
    const [from, to] = await Promise.all([practice.old(maya), practice.old(ida)]);
    const sent = [];
    for (const text of ['one', 'two', 'three']) sent.push(await from.ask('send-message', message(maya, ida, text)));
    const { conversationId } = sent[0];
    to.tell('mark-as-read', { conversationId, messageId: sent[1]._id, userId: ida.id });
    await from.count('message-read', 2);
    to.tell('mark-as-read', { conversationId, messageId: sent[1]._id, userId: ida.id });
    to.tell('mark-as-read', { conversationId, messageId: sent[2]._id, userId: ida.id });
    const read = await from.count('message-read', 3);
    assert.deepEqual(read, sent.map((one) => ({ messageId: one._id, conversationId })));
    for (const [payload, code] of [
      [{ conversationId, messageId: sent[0]._id, userId: maya.id }, 'sender_mismatch'],
      [{ conversationId, messageId: 'f'.repeat(24), userId: ida.id }, 'forbidden'],
      [{ conversationId: 'f'.repeat(24), messageId: sent[0]._id, userId: ida.id }, 'forbidden'],
      [{ conversationId, messageId: 0.123, userId: ida.id }, 'bad_request'],
    ])
      assert.equal((await to.ask('mark-as-read', payload)).code, code);
    const stranger = await practice.old(tom);
    assert.equal((await stranger.ask('mark-as-read', { conversationId, messageId: sent[0]._id })).code, 'forbidden');
    for (const line of [from, to, stranger]) line.close();
  });

  it('hear of typing and of who comes', async () => {
    const staff = await practice.old(maya);
    const line = await practice.old(tom);
    line.tell('typing', { receiverId: maya.id, senderId: tom.id, isTyping: true });
    assert.deepEqual(await staff.next('user-typing'), { senderId: tom.id, isTyping: true });
    const nora = await practice.person('Nora', 'patient');
    const new_ = await practice.old(nora);
    assert.deepEqual(await staff.next('user-online', (one) => one.userId === nora.id), { userId: nora.id });
    for (const one of [staff, line, new_]) one.close();
  });

  it('write with our client as with one of their own', async () => {
    const [old, ours] = await Promise.all([practice.old(ida), practice.connect(maya)]);
    old.tell('send-message', message(ida, maya, 'from an old page'));
    const entry = await ours.next('entry');
    assert.equal(entry.message, 'from an old page');
    const sent = await old.next('message-sent');
    const { kind, ...rest } = entry;
    assert.deepEqual([kind, rest], ['message', sent]);
    const answer = await ours.send(ida, 'from ours');
    const received = await old.next('receive-message');
    assert.equal(received._id, answer._id);
    await old.ask('mark-as-read', { conversationId: answer.conversationId, messageId: answer._id, userId: ida.id });
    assert.equal((await ours.next('receipt', (one) => one.userId === ida.id)).read, answer.seq);
    await ours.ask('read', { conversationId: answer.conversationId, seq: answer.seq });
    assert.deepEqual(await old.next('message-read'), { messageId: sent._id, conversationId: sent.conversationId });
    old.close();
    ours.close();
  });

  it('speak by polling too, and move on to a websocket', async () => {
    for (const transports of [['polling'], ['polling', 'websocket']]) {
      const line = await practice.old(tom, { transports });
      if (transports.length > 1) await line.upgraded();
      assert.equal((await line.ask('send-message', message(tom, maya, 'slowly'))).message, 'slowly');
      line.close();
    }
  });

  it('know no events of calls on chat', async () => {
    const line = await practice.old(tom);
    assert.equal((await line.ask('webrtc-offer', {})).code, 'unknown_event');
    line.close();
  });
});

describe('reading by REST', () => {
  it('lists conversations in the shape that pages look into', async () => {
    const { status, body } = await practice.get(tom, `/api/conversations/${tom.id}`, 'chat');
    assert.equal(status, 200);
    const [expected] = await fixture('old-conversations');
    assert.deepEqual(keys(body[0]), keys(expected));
    assert.deepEqual(keys(body[0].participants[0]), keys(expected.participants[0]));
    const other = body[0].participants.find((one) => one._id !== tom.id);
    assert.equal(other.name, 'Maya');
    assert.equal(body[0].lastMessage, body[0].messages.at(-1).message);
    const path = `/api/conversations/${other.conversationId}`;
    assert.deepEqual((await practice.get(tom, `${path}/messages`, 'chat')).body, body[0].messages);
    const two = (await practice.get(tom, `${path}/messages?before=3&limit=1`, 'chat')).body;
    assert.deepEqual(two.map((one) => one.seq), [2]);
    const stats = (await practice.get(tom, `${path}/stats`, 'chat')).body;
    assert.deepEqual(stats, { totalMessages: body[0].messages.length, unreadMessages: 0 });
    assert.equal((await practice.get(maya, `${path}/stats`, 'chat')).body.unreadMessages, stats.totalMessages);
  });

  it('shows nobody the conversations of others, whether there are any or not', async () => {
    const own = (await practice.get(tom, `/api/conversations/${tom.id}`, 'chat')).body[0]._id;
    const nothing = 'f'.repeat(24);
    for (const path of [tom.id, nothing, 'x', `${own}/messages`, `${nothing}/messages`, `${own}/stats`, 'x/stats']) {
      assert.equal((await practice.get(ida, `/api/conversations/${path}`, 'chat')).status, 403, path);
      assert.equal((await practice.get(null, `/api/conversations/${path}`, 'chat')).status, 401, path);
    }
  });
});

describe('a page that reopens its connection', () => {
  const texts = (line) => line.all('receive-message').map((one) => one.message);

  it('is given what fell into the gap, in order and once', async () => {
    const staff = await practice.connect(maya);
    const gone = await practice.old(tom);
    const mine = await gone.ask('send-message', message(tom, maya, 'mine'));
    await gone.leave();
    await staff.send(tom, 'in the gap 1');
    const second = await staff.send(tom, 'in the gap 2');
    const brief = await practice.old(tom);
    await brief.leave();
    const back = await practice.old(tom);
    await staff.send(tom, 'at once');
    assert.deepEqual(await back.count('receive-message', 3).then(() => texts(back)), ['in the gap 1', 'in the gap 2', 'at once']);
    assert.deepEqual(texts(brief), []);
    // What its reader does meanwhile is known to it as well.
    await back.leave();
    await staff.ask('read', { conversationId: second.conversationId, seq: second.seq });
    const pages = [await practice.old(tom), await practice.old(tom)];
    // Of two that come one right after the other, either may be the first that has been open for a second.
    await Promise.any(pages.map((page) => page.next('message-read')));
    for (const page of pages) {
      await page.settled();
      assert.deepEqual(texts(page), [], 'nothing comes twice');
      page.close();
    }
    const read = pages.flatMap((page) => page.all('message-read')).map((one) => one.messageId);
    assert.ok(read.includes(mine._id));
    assert.equal(new Set(read).size, read.length, 'nothing comes twice');
    staff.close();
  });

  it('is given nothing that it has fetched meanwhile', async () => {
    const staff = await practice.connect(maya);
    const gone = await practice.old(ida);
    await gone.leave();
    await staff.send(ida, 'fetched');
    const { body } = await practice.get(ida, `/api/conversations/${ida.id}`, 'chat');
    assert.equal(body[0].messages.at(-1).message, 'fetched');
    await staff.send(ida, 'not fetched');
    const back = await practice.old(ida);
    await back.next('receive-message');
    await back.settled();
    assert.deepEqual(texts(back), ['not fetched']);
    back.close();
    staff.close();
  });

  it('is given what came while only ours was open, by a page that was never there before', async () => {
    const nora = await practice.person('Sara', 'patient');
    const [staff, ours] = await Promise.all([practice.connect(maya), practice.connect(nora)]);
    const first = await staff.send(nora, 'to ours');
    const mine = await ours.send(maya, 'by ours');
    await staff.ask('read', { conversationId: first.conversationId, seq: mine.seq });
    const page = await practice.old(nora);
    await page.next('message-read');
    const came = page.got.map(({ event, payload }) => [event, payload.message ?? payload.messageId]);
    assert.deepEqual(
      came.filter(([event]) => !event.startsWith('user-')),
      [['receive-message', 'to ours'], ['message-sent', 'by ours'], ['message-read', mine._id]],
    );
    for (const line of [staff, ours, page]) line.close();
  });

  it('is given two hundred events at most, the latest', async () => {
    const olga = await practice.person('Olga', 'patient');
    const staff = await practice.connect(maya);
    for (let n = 0; n < 203; n += 1) await staff.send(olga, `${n}`);
    const page = await practice.old(olga);
    await page.count('receive-message', 200);
    await page.settled();
    assert.deepEqual(texts(page), Array.from({ length: 200 }, (_, n) => `${n + 3}`));
    page.close();
    staff.close();
  });

  it('is given nothing that went to another old page, nor what a call service page saw', async () => {
    const paul = await practice.person('Paul', 'patient');
    const staff = await practice.connect(maya);
    const calls = await practice.old(paul, { role: 'calls' });
    await staff.send(paul, 'nobody listened');
    const [page, other] = await Promise.all([practice.old(paul), practice.old(paul)]);
    const got = () => [...texts(page), ...texts(other)];
    await Promise.any([page.next('receive-message'), other.next('receive-message')]);
    await staff.send(paul, 'both listen');
    for (const line of [page, other]) await line.next('receive-message', (one) => one.message === 'both listen');
    assert.deepEqual(got().sort(), ['both listen', 'both listen', 'nobody listened']);
    const third = await practice.old(paul);
    const fourth = await practice.old(paul, { transports: ['polling'] });
    await staff.send(paul, 'last');
    for (const line of [third, fourth]) {
      await line.next('receive-message');
      assert.deepEqual(texts(line), ['last']);
    }
    for (const line of [staff, calls, page, other, third, fourth]) line.close();
  });

  it('is given nothing of a conversation whose latest page it has fetched', async () => {
    const rosa = await practice.person('Rosa', 'patient');
    const staff = await practice.connect(maya);
    const { conversationId } = await staff.send(rosa, 'seen');
    await practice.get(rosa, `/api/conversations/${conversationId}/messages`, 'chat');
    await staff.send(rosa, 'unseen');
    const page = await practice.old(rosa);
    await page.next('receive-message');
    assert.deepEqual(texts(page), ['unseen']);
    page.close();
    staff.close();
  });

  it('is given the same by a server that was killed in between, and nothing of it twice', async () => {
    const uma = await practice.person('Uma', 'patient');
    const staff = await practice.connect(maya);
    const page = await practice.old(uma);
    await staff.send(uma, 'before');
    const own = await page.ask('send-message', message(uma, maya, 'own'));
    await page.next('receive-message');
    await page.next('message-sent');
    // Its place is kept in a moment; what is told after that is acknowledged after that.
    await page.leave();
    await staff.send(uma, 'in the gap');
    await staff.ask('read', { conversationId: own.conversationId, seq: own.seq });
    await practice.end('SIGKILL');
    await practice.boot();
    const back = await practice.old(uma);
    await back.next('message-read');
    await back.settled();
    assert.deepEqual(texts(back), ['in the gap']);
    assert.deepEqual(back.all('message-sent'), []);
    assert.deepEqual(back.all('message-read').map((one) => one.messageId), [own._id]);
    back.close();
    staff.close();
  });
});
