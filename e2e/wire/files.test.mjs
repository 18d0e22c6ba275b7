// Files, pictures and voice notes in messages, as both kinds of clients speak of them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Practice, fixture, keys } from './support.mjs';

let practice, tom, maya, otto;
before(async () => {
  practice = await Practice.open();
  tom = await practice.person('Tom', 'patient');
  maya = await practice.person('Maya', 'dietician');
  otto = await practice.person('Otto', 'dietician');
});
after(() => practice?.close());

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000100000000c0806000000', 'hex'),
  Buffer.alloc(100, 7),
]);
const jpeg = Buffer.concat([Buffer.from('ffd8ffc00011080010001003', 'hex'), Buffer.alloc(100, 1)]);
const webm = Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(3000, 5)]);

async function post(person, path, role, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof File) form.append(name, value, value.name);
    else form.append(name, value);
  }
  const headers = { authorization: `Bearer ${person.token}` };
  const response = await fetch(practice.url(role) + path, { method: 'POST', headers, body: form });
  return response.json();
}

const upload = (person, kind, bytes, type, more = {}) =>
  post(person, '/api/uploads', 'web', {
    uploadId: randomUUID(),
    kind,
    ...more,
    file: new File([bytes], 'file', { type }),
  });

async function kept() {
  const folder = join(practice.data, 'uploads');
  const names = await Promise.all((await readdir(folder)).map((inner) => readdir(join(folder, inner))));
  return names.flat();
}

/** What a page of another origin gets that shows this address. */
async function load(address) {
  const response = await fetch(address, { headers: { origin: 'https://elsewhere.example' } });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe('our clients', () => {
  it('send a picture that both get, with what the server knows of it', async () => {
    const [from, to, old] = await Promise.all([practice.connect(tom), practice.connect(maya), practice.old(maya)]);
    const form = new FormData();
    form.append('uploadId', randomUUID());
    form.append('kind', 'image');
    form.append('file', new File([png], 'Lunch.png', { type: 'image/png' }));
    form.append('thumbnail', new File([jpeg], 'small', { type: 'image/jpeg' }));
    const headers = { authorization: `Bearer ${tom.token}` };
    const answer = await fetch(`${practice.url('web')}/api/uploads`, { method: 'POST', headers, body: form });
    const uploaded = await answer.json();
    assert.deepEqual(keys(uploaded), keys(await fixture('uploaded-image')));
    const message = {
      clientMessageId: randomUUID(),
      receiverId: maya.id,
      messageType: 'image',
      filePublicId: uploaded.publicId,
      message: 'My lunch',
      fileName: '../evil.html',
      fileType: 'text/html',
      fileUrl: 'https://evil.example/',
    };
    const entry = await from.ask('send-message', message);
    assert.deepEqual(keys(entry), keys(await fixture('entry-image')));
    assert.equal(entry.message, 'My lunch');
    assert.deepEqual([entry.fileName, entry.fileType, entry.fileSize], ['Lunch.png', 'image/png', png.length]);
    assert.deepEqual([entry.width, entry.height], [16, 12]);
    assert.deepEqual(await to.next('entry'), entry);
    assert.deepEqual(await load(entry.fileUrl), { status: 200, bytes: png });
    assert.deepEqual((await load(entry.thumbnailUrl)).bytes, jpeg);

    const seen = await old.next('receive-message');
    assert.deepEqual(keys(seen), keys(await fixture('old-receive-message-image')));
    assert.ok(seen.fileUrl.startsWith(practice.url('chat')), 'the address of the listener that the page came to');
    assert.deepEqual((await load(seen.fileUrl)).bytes, png);

    const again = await from.ask('send-message', message);
    assert.equal(again._id, entry._id);
    const { body } = await practice.get(maya, `/api/conversations/${entry.conversationId}/entries`);
    assert.deepEqual(keys(body.entries.at(-1)), keys(entry));
    for (const line of [from, to, old]) line.close();
  });

  it('show nothing that another uploaded, or that is not there', async () => {
    const [from, to] = await Promise.all([practice.connect(otto), practice.connect(tom)]);
    const theirs = await upload(maya, 'image', png, 'image/png');
    const refused = async (fields) => {
      const answer = await from.ask('send-message', { clientMessageId: randomUUID(), receiverId: tom.id, ...fields });
      return answer.code;
    };
    const own = await upload(otto, 'file', 'a text', 'text/plain');
    for (const [fields, code] of [
      [{ messageType: 'image', filePublicId: theirs.publicId }, 'upload_not_found'],
      [{ messageType: 'file', filePublicId: theirs.publicId }, 'upload_not_found'],
      [{ messageType: 'file', fileUrl: theirs.fileUrl }, 'upload_not_found'],
      [{ messageType: 'file', filePublicId: 'f'.repeat(24) }, 'upload_not_found'],
      [{ messageType: 'file', filePublicId: '../../etc/passwd' }, 'upload_not_found'],
      [{ messageType: 'image', filePublicId: own.publicId }, 'upload_not_found'],
      [{ messageType: 'audio', audioPublicId: own.publicId }, 'upload_not_found'],
      [{ messageType: 'file', fileUrl: 'https://evil.example/a.png' }, 'bad_request'],
      [{ messageType: 'image' }, 'bad_request'],
    ])
      assert.equal(await refused(fields), code, JSON.stringify(fields));
    await to.settled();
    assert.equal(to.all('entry').length, 0);
    for (const line of [from, to]) line.close();
  });

  it('edit a caption, and delete a message with the file that no other shows', async () => {
    const from = await practice.connect(tom);
    const uploaded = await upload(tom, 'file', '%PDF-1.7 values', 'application/pdf');
    const send = (message) =>
      from.ask('send-message', {
        clientMessageId: randomUUID(),
        receiverId: maya.id,
        messageType: 'file',
        filePublicId: uploaded.publicId,
        message,
      });
    const [first, second] = [await send(''), await send('again')];
    assert.equal(first.messageType, 'file');
    const change = (event, messageId, more = {}) =>
      from.ask(event, { clientMessageId: randomUUID(), messageId, ...more });
    assert.equal((await change('edit-message', first._id, { message: 'My values' })).kind, 'edit');
    const removed = await fetch(`${practice.url('web')}/api/upload/delete/${uploaded.publicId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${tom.token}` },
    });
    assert.equal(removed.status, 403, 'what was sent goes with its message');
    assert.equal((await change('delete-message', first._id)).kind, 'deletion');
    assert.equal((await load(second.fileUrl)).status, 200, 'the other message shows it');
    assert.equal((await change('delete-message', second._id)).kind, 'deletion');
    assert.equal((await load(second.fileUrl)).status, 404);
    while ((await kept()).includes(uploaded.publicId)) await new Promise(setImmediate);
    const { body } = await practice.get(tom, `/api/conversations/${first.conversationId}/entries`);
    const deleted = body.entries.find((entry) => entry._id === second._id);
    assert.deepEqual([deleted.message, deleted.fileUrl, deleted.fileName], ['', undefined, undefined]);
    from.close();
  });

  it('send a voice note with its length and its shape', async () => {
    const [from, old] = await Promise.all([practice.connect(tom), practice.old(maya)]);
    const more = { durationMs: '4250', waveform: '[4,30,100,62,8]' };
    const { publicId } = await upload(tom, 'audio', webm, 'audio/webm;codecs=opus', more);
    const note = { clientMessageId: randomUUID(), receiverId: maya.id, messageType: 'audio', audioPublicId: publicId };
    const entry = await from.ask('send-message', note);
    assert.deepEqual(keys(entry), keys(await fixture('entry-audio')));
    assert.deepEqual([entry.audioDuration, entry.waveform], [4.25, [4, 30, 100, 62, 8]]);
    const heard = await old.next('receive-message', (message) => message.messageType === 'audio');
    const part = await fetch(heard.audioUrl, { headers: { range: 'bytes=1000-1999' } });
    assert.deepEqual([part.status, (await part.arrayBuffer()).byteLength], [206, 1000]);
    for (const line of [from, old]) line.close();
  });
});

describe('old pages', () => {
  it('upload, send by the address that they got, and load what others sent', async () => {
    const [from, to] = await Promise.all([practice.old(maya), practice.old(tom)]);
    const plan = new File(['%PDF-1.7 plan'], 'Plan.pdf', { type: 'application/pdf' });
    const { fileUrl, filePublicId } = await post(maya, '/api/upload/file', 'chat', { file: plan, fileType: 'file' });
    const message = { senderId: maya.id, receiverId: tom.id, message: '', messageType: 'file', fileName: 'Plan.pdf' };
    from.tell('send-message', { ...message, fileUrl });
    const got = await to.next('receive-message', (one) => one.messageType === 'file');
    assert.deepEqual(keys(got), keys(await fixture('old-receive-message-file')));
    assert.equal(got.filePublicId, filePublicId);
    assert.equal((await load(got.fileUrl)).bytes.toString(), '%PDF-1.7 plan');

    const audio = new File([webm], 'audio.wav', { type: 'audio/wav' });
    const recorded = await post(maya, '/api/upload/audio', 'chat', { audio });
    assert.deepEqual(keys(recorded), keys(await fixture('old-uploaded-audio')));
    const { audioUrl, audioPublicId } = recorded;
    const note = { senderId: maya.id, receiverId: tom.id, message: 'Voice message', messageType: 'audio' };
    const sent = await from.ask('send-message', { ...note, audioUrl, audioPublicId, audioDuration: 3 });
    assert.deepEqual((await load(sent.audioUrl)).bytes, webm);
    const { body } = await practice.get(tom, `/api/conversations/${tom.id}`, 'chat');
    const conversation = body.find((one) => one.participants.some((person) => person._id === maya.id));
    assert.ok(conversation.messages.some((one) => one.audioPublicId === audioPublicId));
    for (const line of [from, to]) line.close();
  });
});
