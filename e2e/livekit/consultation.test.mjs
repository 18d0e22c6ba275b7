// Consultations on a real LiveKit server: what our tokens let in, what hosts do, what the webhooks tell.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { RoomEvent, dispose } from '@livekit/rtc-node';
import { livekit } from '../servers/livekit.mjs';
import { Practice } from '../wire/support.mjs';
import { Guest, renewed } from './support.mjs';

let practice, media, tom, ida, maya;
const inside = new Set();

before(async () => {
  media = await livekit();
  practice = await Practice.open({ ...media.env, MOODBITES_TIME_ZONE: 'UTC' });
  await media.start(`${practice.url('web')}/api/livekit/webhook`);
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
/** Nobody of one test is still there in the next. */
afterEach(async () => {
  await Promise.all([...inside].map((guest) => guest.leave().catch(() => {})));
  inside.clear();
});
after(async () => {
  await media?.end();
  await practice?.close();
  await dispose();
});

async function post(token, path, body = {}) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' };
  const response = await fetch(`${practice.url('web')}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

/** Comes to the door, and into the room where that is possible. */
async function enter(token, roomId) {
  await post(token, `consultations/${roomId}/arrive`);
  const ticket = await post(token, `consultations/${roomId}/token`);
  assert.ok(ticket.token, JSON.stringify(ticket));
  const guest = await Guest.join(ticket);
  guest.ticket = ticket;
  inside.add(guest);
  return guest;
}

/** A consultation of Maya with these patients, who need not wait. */
async function open(...users) {
  const { roomId } = await post(maya.token, 'consultations', { userIds: users.map(({ id }) => id), admit: true });
  return roomId;
}

const see = async (roomId, person = maya) => (await practice.get(person, `/api/consultations/${roomId}`)).body;

/** Waits until the server knows it. */
async function known(roomId, fits) {
  for (let tries = 0; ; tries++) {
    const seen = await see(roomId);
    if (fits(seen)) return seen;
    assert.ok(tries < 150, JSON.stringify(seen.members));
    await new Promise((done) => setTimeout(done, 100));
  }
}

const member = (seen, person) => seen.members.find(({ userId }) => userId === person.id);

describe('a consultation on LiveKit', () => {
  it('lets in who was admitted, and knows who is there', async () => {
    const roomId = await open(tom);
    const [host, patient] = [await enter(maya.token, roomId), await enter(tom.token, roomId)];
    const seen = await host.other(tom.id);
    assert.equal(seen.name, 'Tom');
    const { memberId } = (await see(roomId, tom)).you;
    assert.deepEqual(JSON.parse(seen.metadata), { memberId, role: 'member', guest: false });
    await patient.sound();
    await host.hears(tom.id);
    const both = await known(roomId, (it) => it.members.every(({ connected }) => connected));
    assert.ok(member(both, tom).joinedAt && both.owner.presence === 'here');
    await patient.leave();
    const gone = await known(roomId, (it) => !member(it, tom).connected);
    assert.ok(member(gone, tom).leftAt >= member(gone, tom).joinedAt);
  });

  it('is muted, made to look on and sent out by the host, and whoever was sent out stays out', async () => {
    const roomId = await open(tom, ida);
    const [host, other] = [await enter(maya.token, roomId), await enter(ida.token, roomId)];
    await post(tom.token, `consultations/${roomId}/arrive`);
    const kept = { url: media.url, token: await renewed(await post(tom.token, `consultations/${roomId}/token`)) };
    const patient = await enter(tom.token, roomId);
    assert.notEqual(kept.token, patient.ticket.token);
    await patient.sound();
    await host.hears(tom.id);
    const { memberId } = (await see(roomId, tom)).you;
    const act = (what, body = {}) => post(maya.token, `consultations/${roomId}/${what}`, { memberId, ...body });
    assert.equal((await act('mute', { source: 'camera' })).roomId, roomId, 'nothing is there to mute');
    assert.equal((await act('mute', { source: 'microphone' })).roomId, roomId);
    await other.heard(RoomEvent.TrackMuted, (_publication, participant) => participant.identity === tom.id);
    assert.equal((await act('role', { role: 'observer' })).code, undefined);
    await host.heard(RoomEvent.TrackUnpublished, (_publication, participant) => participant.identity === tom.id);
    await host.heard(RoomEvent.ParticipantMetadataChanged, (metadata) => JSON.parse(metadata).role === 'observer');
    assert.equal((await act('remove')).code, undefined);
    await patient.heard(RoomEvent.Disconnected);
    await host.heard(RoomEvent.ParticipantDisconnected, (participant) => participant.identity === tom.id);
    assert.equal((await post(tom.token, `consultations/${roomId}/token`)).code, 'not_admitted');
    // What had let them in holds for some minutes, and so does what LiveKit itself gave them; it lets them in for no longer than the webhook takes.
    for (const ticket of [patient.ticket, kept]) {
      const again = await Guest.join(ticket).catch(() => null);
      if (again) await again.heard(RoomEvent.Disconnected);
    }
    const seen = await known(roomId, (it) => !member(it, tom).connected);
    assert.equal(member(seen, tom).state, 'removed');
    assert.ok(member(seen, ida).connected && other.room.isConnected);
  });

  it('sends out at once who was disabled', async () => {
    const eva = await practice.person('Eva', 'patient');
    const roomId = await open(eva);
    const [host, patient] = [await enter(maya.token, roomId), await enter(eva.token, roomId)];
    await host.other(eva.id);
    await practice.cli('user', 'disable', eva.email);
    await patient.heard(RoomEvent.Disconnected);
    assert.equal(member(await see(roomId), eva).state, 'left');
  });

  it('takes guests, as what their link says, and old clients by their one step', async () => {
    const roomId = await open(tom);
    const host = await enter(maya.token, roomId);
    const link = await post(maya.token, `consultations/${roomId}/guests`, { role: 'observer' });
    const { accessToken, consultation } = await post(null, 'guests/claim', { token: link.url.split('/join/')[1], name: 'Rosa' });
    assert.equal((await post(accessToken, `consultations/${roomId}/token`)).code, 'not_admitted');
    await post(accessToken, `consultations/${roomId}/arrive`);
    await post(maya.token, `consultations/${roomId}/admit`);
    const guest = await enter(accessToken, roomId);
    const seen = await host.other(consultation.you.identity);
    assert.equal(seen.name, 'Rosa');
    await assert.rejects(guest.sound(), 'an observer can send nothing');
    // An appointment's room, by an old client's own words.
    const startsAt = new Date(Math.ceil(Date.now() / 1_800_000) * 1_800_000 + 1_800_000).toISOString();
    const booked = await post(tom.token, 'appointments', { dieticianId: maya.id, consultationType: 'video', startsAt });
    await post(maya.token, 'consultations', { appointmentId: booked._id });
    const old = await post(tom.token, 'getToken', { roomName: `consultation-${booked.meetingRoomId}`, participantName: 'Tom', participantRole: 'user' });
    assert.equal(old.expiresIn, 3600);
    const page = await Guest.join({ url: media.url, token: old.token });
    inside.add(page);
    assert.equal(page.me.identity, tom.id);
  });

  it('ends for everybody, and says how it was', async () => {
    const roomId = await open(tom);
    const [host, patient] = [await enter(maya.token, roomId), await enter(tom.token, roomId)];
    await known(roomId, (it) => it.members.every(({ connected }) => connected));
    await post(maya.token, `consultations/${roomId}/end`);
    await Promise.all([host.heard(RoomEvent.Disconnected), patient.heard(RoomEvent.Disconnected)]);
    const { past } = (await practice.get(tom, '/api/consultations')).body;
    assert.equal(past[0].roomId, roomId);
    assert.deepEqual(past[0].members.map(({ name }) => name), ['Maya', 'Tom']);
    assert.ok(past[0].durationMs > 0 && past[0].members.every(({ joinedAt, leftAt }) => joinedAt <= leftAt));
  });

  it('keeps what was decided while LiveKit is away, and goes on when it is back', async () => {
    const roomId = await open(tom, ida);
    const host = await enter(maya.token, roomId);
    await enter(tom.token, roomId);
    await host.leave();
    await media.end();
    const { memberId } = (await see(roomId, tom)).you;
    assert.equal((await post(maya.token, `consultations/${roomId}/remove`, { memberId })).code, 'livekit_unreachable');
    assert.equal((await see(roomId, tom)).you.state, 'removed');
    await media.start(`${practice.url('web')}/api/livekit/webhook`);
    const again = await enter(maya.token, roomId);
    await enter(ida.token, roomId);
    await again.other(ida.id);
    const seen = await known(roomId, (it) => member(it, ida).connected);
    assert.equal(member(seen, tom).state, 'removed');
  });

  it('hears nobody but its own LiveKit server', async () => {
    const body = JSON.stringify({ event: 'room_finished', id: 'EV_x', room: { name: `consultation-${maya.id}` } });
    for (const authorization of ['', 'Bearer x', maya.token]) {
      const answer = await fetch(`${practice.url('web')}/api/livekit/webhook`, { method: 'POST', headers: { ...(authorization && { authorization }) }, body });
      assert.equal(answer.status, 401);
    }
  });
});
