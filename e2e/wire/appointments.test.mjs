// Appointments as existing clients book them on the user service, and what the two people see of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Practice } from './support.mjs';

let practice, tom, ida, maya;
before(async () => {
  practice = await Practice.open({ MOODBITES_TIME_ZONE: 'Europe/Berlin' });
  tom = await practice.person('Tom', 'patient');
  ida = await practice.person('Ida', 'patient');
  maya = await practice.person('Maya', 'dietician');
});
after(() => practice?.close());

async function ask(person, method, path, body, role = 'accounts') {
  const headers = { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' };
  const response = await fetch(practice.url(role) + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, body: await response.json() };
}

const nextYear = new Date().getUTCFullYear() + 1;
/** A day in January, so that it is within a year and Berlin is an hour ahead. */
const day = (n) => `${nextYear}-01-${String(n).padStart(2, '0')}`;
const book = (person, date, time, more = {}) =>
  ask(person, 'POST', '/api/appointments', { dieticianId: maya.id, consultationType: 'video', appointmentDate: date, appointmentTime: time, ...more });

describe('appointments', () => {
  it('are booked by an old client, and seen by the two alone', async () => {
    const { status, body } = await book(tom, day(4), '02:30 PM', { notes: 'Iron' });
    assert.equal(status, 200);
    const { patientId, dieticianId, appointmentDate, appointmentTime, startsAt, duration, meetingRoomId, meetingUrl, notes } = body;
    assert.deepEqual([patientId, dieticianId, body.status, duration, notes], [tom.id, maya.id, 'scheduled', 30, 'Iron']);
    assert.deepEqual([appointmentDate, appointmentTime], [`${day(4)}T00:00:00.000Z`, '02:30 PM']);
    assert.equal(startsAt, `${day(4)}T13:30:00.000Z`, 'in the zone of the practice');
    assert.match(meetingRoomId, /^[0-9a-f]{24}$/);
    assert.equal(meetingUrl, `${practice.url('accounts')}/consultations/consultation-${meetingRoomId}`);
    for (const [person, expected] of [[tom, 200], [maya, 200], [ida, 403]]) {
      assert.equal((await ask(person, 'GET', `/api/appointments/${body._id}`)).status, expected, person.name);
    }
    const asDietician = await ask(maya, 'GET', `/api/appointments/dietician?status=scheduled&date=${day(4)}`, undefined, 'web');
    assert.deepEqual(asDietician.body.appointments, [{ ...body, meetingUrl: asDietician.body.appointments[0].meetingUrl }]);
    const other = await ask(maya, 'GET', `/api/appointments/dietician?date=${day(5)}`);
    assert.deepEqual(other.body.appointments, []);
    assert.deepEqual((await ask(ida, 'GET', '/api/appointments/patient')).body.appointments, []);
  });

  it('give a slot once, however many ask for it at once', async () => {
    const answers = await Promise.all([tom, ida, tom, ida, tom, ida].map((person) => book(person, day(6), '10:00')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409).body;
    assert.deepEqual([refused.code, refused.message], ['slot_taken', refused.error]);
    // By the moment it is the same slot.
    const ours = await ask(tom, 'POST', '/api/appointments', { dieticianId: maya.id, consultationType: 'chat', startsAt: `${day(6)}T09:00:00Z` });
    assert.equal(ours.body.code, 'slot_taken');
    // Called off, its time is free.
    const { body } = answers.find(({ status }) => status === 200);
    const who = [tom, ida].find(({ id }) => id === body.patientId);
    const off = await ask(who, 'DELETE', `/api/appointments/${body._id}`);
    assert.deepEqual([off.body.status, off.body.cancelledBy], ['cancelled', who.id]);
    assert.equal((await book(ida, day(6), '10:00')).status, 200);
  });

  it('go from one status to the next by who may bring them there', async () => {
    const { body } = await book(tom, day(7), '9:00');
    const bring = async (person, status) => {
      const answer = await ask(person, 'PUT', `/api/appointments/${body._id}/status`, { status });
      return answer.body.code ?? answer.body.status;
    };
    assert.equal(await bring(tom, 'confirmed'), 'appointment_conflict');
    assert.equal(await bring(maya, 'confirmed'), 'confirmed');
    assert.equal(await bring(maya, 'no-show'), 'appointment_conflict', 'nobody is late yet');
    assert.equal(await bring(maya, 'in-progress'), 'in-progress');
    assert.equal(await bring(tom, 'cancelled'), 'appointment_conflict');
    assert.equal(await bring(maya, 'done'), 'bad_request');
    assert.equal(await bring(ida, 'cancelled'), 'forbidden');
    const { body: seen } = await ask(tom, 'GET', `/api/appointments/${body._id}`);
    assert.ok(seen.confirmedAt <= seen.startedAt && seen.updatedAt === seen.startedAt);
  });

  it('are for times to come, on the hour or at half past, and for those who may', async () => {
    for (const [date, time, why] of [['2020-01-04', '10:00', /still to come/], [day(4), '10:15', /half past/], ['soon', '10:00', /day and the time/], [`${nextYear + 1}-12-30`, '10:00', /next year/]]) {
      const { status, body } = await book(tom, date, time);
      assert.equal(status, 400);
      assert.match(body.message, why);
    }
    assert.equal((await book(tom, day(9), '10:00', { dieticianId: ida.id })).body.code, 'contact_not_allowed');
    assert.equal((await book(tom, day(9), '10:00', { dieticianId: 'f'.repeat(24) })).body.code, 'contact_not_allowed');
    const forTom = await ask(maya, 'POST', '/api/appointments', { patientId: tom.id, consultationType: 'video', startsAt: `${day(9)}T09:30:00.000Z` }, 'web');
    assert.deepEqual([forTom.body.patientId, forTom.body.appointmentTime], [tom.id, '10:30']);
  });
});
