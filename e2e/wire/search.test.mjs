// Search in what was written, as our own client asks for it: on whatever store there is.
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

const ask = (person, question, server = practice) => server.get(person, `/api/search?${new URLSearchParams(question)}`);

const find = async (person, question) => {
  const { status, body } = await ask(person, typeof question === 'string' ? { q: question } : question);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

const texts = async (person, question) => (await find(person, question)).results.map((entry) => entry.message);

const change = (line, event, message, more = {}) =>
  line.ask(event, { clientMessageId: crypto.randomUUID(), messageId: message._id, ...more });

describe('a search', () => {
  it('finds what was just acknowledged, whatever case and accents, by the beginnings of words', async () => {
    const [from, to] = await Promise.all([practice.connect(tom), practice.connect(maya)]);
    const message = await from.send(maya, 'Zum Frühstück: Größere Schüssel MÜSLI mit Äpfeln');
    await to.send(tom, 'Übermorgen bitte Porridge');
    for (const [q, found] of [
      ['musli', 1], ['Müsl', 1], ['grossere', 1], ['GRÖSSERE schüssel fruh', 1], ['apfel', 1], ['ubermorgen', 1],
      ['usli', 0], ['musli porridge', 0], ['quinoa', 0], ['!?', 0], ['', 0], ['.*', 0],
    ]) {
      assert.equal((await find(maya, q)).results.length, found, q);
      assert.equal((await find(tom, { q, conversationId: message.conversationId })).results.length, found, q);
    }
    const page = await find(maya, 'musli');
    assert.deepEqual(keys(page), keys(await fixture('search-page')));
    assert.equal(page.next, null);
    const entries = await practice.get(maya, `/api/conversations/${message.conversationId}/entries?around=${message.seq}&limit=1`);
    assert.deepEqual(page.results, entries.body.entries, 'an entry is as it is elsewhere');
    from.close();
    to.close();
  });

  it('finds messages as they are now: edited ones by their new text, deleted ones not at all', async () => {
    const from = await practice.connect(tom);
    const message = await from.send(maya, 'Haferflocken mit Banane');
    assert.deepEqual(await texts(maya, 'banane'), ['Haferflocken mit Banane']);
    await change(from, 'edit-message', message, { message: 'Haferflocken mit Birne' });
    assert.deepEqual(await texts(maya, 'banane'), []);
    assert.deepEqual(await texts(maya, 'haferflocken birn'), ['Haferflocken mit Birne']);
    await change(from, 'delete-message', message);
    for (const q of ['haferflocken', 'birne', 'banane']) assert.deepEqual(await texts(maya, q), [], q);
    from.close();
  });

  it('finds files by their names and captions, and plans by theirs', async () => {
    const from = await practice.connect(maya);
    const form = new FormData();
    form.append('uploadId', 'upload-1');
    form.append('kind', 'file');
    form.append('file', new Blob(['%PDF-1.7 nothing']), 'Blutzucker-März.pdf');
    const uploaded = await fetch(`${practice.url('web')}/api/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${maya.token}` },
      body: form,
    });
    const { publicId } = await uploaded.json();
    const file = await from.send(tom, 'deine Werte', { messageType: 'file', filePublicId: publicId });
    await from.send(tom, '', { messageType: 'plan', planId: 'p1', planName: 'Mediterrane Woche' });
    assert.deepEqual((await find(tom, 'blutzucker marz')).results.map((entry) => entry.fileName), ['Blutzucker-März.pdf']);
    assert.deepEqual(await texts(tom, 'werte pdf'), ['deine Werte']);
    assert.deepEqual((await find(tom, 'mediterran')).results.map((entry) => entry.planName), ['Mediterrane Woche']);
    await change(from, 'delete-message', file);
    assert.deepEqual(await texts(tom, 'blutzucker'), []);
    from.close();
  });

  it('shows nobody what others wrote', async () => {
    const [one, other] = await Promise.all([practice.connect(tom), practice.connect(ida)]);
    const theirs = await one.send(maya, 'Geheimnis von Tom');
    await other.send(maya, 'Geheimnis von Ida');
    assert.deepEqual(await texts(maya, 'geheimnis'), ['Geheimnis von Ida', 'Geheimnis von Tom']);
    assert.deepEqual(await texts(ida, 'geheimnis'), ['Geheimnis von Ida']);
    for (const conversationId of [theirs.conversationId, 'f'.repeat(24), 'x']) {
      const { status, body } = await ask(ida, { q: 'geheimnis', conversationId });
      assert.deepEqual([status, body.code], [403, 'forbidden'], conversationId);
    }
    assert.equal((await ask(null, { q: 'geheimnis' })).status, 401);
    one.close();
    other.close();
  });

  it('comes in pages that meet, newest first, from several conversations', async () => {
    const [one, other] = await Promise.all([practice.connect(tom), practice.connect(ida)]);
    const sent = [];
    for (let n = 0; n < 23; n += 1) sent.push(await (n % 3 ? one : other).send(maya, `Suppe ${n}`));
    // Two conversations may be written to in one millisecond: then either comes first, but always the same one.
    const expected = sent
      .map(({ message, createdAt, conversationId }, n) => ({ message, at: Date.parse(createdAt), conversationId, n }))
      .sort((a, b) => b.at - a.at || (a.conversationId < b.conversationId ? 1 : a.conversationId > b.conversationId ? -1 : 0) || b.n - a.n);
    assert.ok(expected.every(({ at }) => at > 0));
    for (const limit of [1, 5, 23, 200]) {
      const found = [];
      let before;
      do {
        const page = await find(maya, { q: 'suppe', limit, ...(before && { before }) });
        assert.ok(page.results.length <= limit);
        found.push(...page.results.map((entry) => entry.message));
        before = page.next;
      } while (before);
      assert.deepEqual(found, expected.map(({ message }) => message), `${limit} at a time`);
    }
    one.close();
    other.close();
  });

  it('is refused in a sentence that does not repeat it', async () => {
    for (const question of [
      {},
      { q: 'ä'.repeat(201) },
      { q: 'unrepeatable', limit: 0 },
      { q: 'unrepeatable', limit: -1 },
      { q: 'unrepeatable', before: 'unrepeatable' },
      { q: 'unrepeatable', before: '1.2.3' },
    ]) {
      const { status, body } = await ask(tom, question);
      assert.deepEqual([status, body.code], [400, 'bad_request'], JSON.stringify(question));
      assert.doesNotMatch(JSON.stringify(body), /unrepeatable|ää/);
    }
    assert.equal((await ask(tom, { q: 'ä'.repeat(200) })).status, 200);
  });

  it('has a limit that nobody meets who types', async () => {
    const limited = await Practice.open({ MOODBITES_LIMITS: 'on' });
    try {
      const [eva, otto] = [await limited.person('Eva', 'patient'), await limited.person('Otto', 'patient')];
      const answers = await Promise.all(Array.from({ length: 60 }, () => ask(eva, { q: 'word' }, limited)));
      const refused = answers.filter(({ status }) => status === 429);
      assert.ok(refused.length > 0 && refused.length <= 30, `${refused.length} of 60 were refused`);
      assert.ok(refused.every(({ body }) => body.code === 'rate_limited' && body.retryAfterMs > 0));
      assert.equal((await ask(otto, { q: 'word' }, limited)).status, 200, 'others are not held up');
    } finally {
      await limited.close();
    }
  });

  it('finds after a kill all that was acknowledged before it', async () => {
    const from = await practice.connect(tom);
    const sent = await Promise.all(Array.from({ length: 300 }, (_, n) => from.send(maya, `unvergessen ${n}`)));
    await practice.end('SIGKILL');
    await practice.boot();
    const page = await find(maya, { q: 'unverg', conversationId: sent[0].conversationId, limit: 200 });
    const rest = await find(maya, { q: 'unverg', limit: 200, before: page.next });
    assert.equal(page.results.length + rest.results.length, 300);
    assert.deepEqual(await texts(maya, 'unvergessen 299'), ['unvergessen 299']);
  });
});
