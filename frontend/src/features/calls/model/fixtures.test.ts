import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CallSnapshot } from '../../../shared/wire/types';
import { Exchange } from '../testing/exchange';
import { FakeClock, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';

const FOLDER = join(import.meta.dirname, '../../../../../fixtures/wire');
const fixture = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
const snapshot = (name: string) => fixture(`call-snapshot-${name}`) as CallSnapshot;

let page: FakePage;
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
  page = new FakePage(new Exchange(), clock, 'aaaaaaaaaaaaaaaaaaaaaaaa');
});

describe('what the server really sends', () => {
  it('rings', () => {
    page.socket.fire('call', snapshot('ringing'));
    expect(page.view).toMatchObject({ stage: 'incoming', kind: 'video', peer: { name: 'Maya Lindqvist' }, legacy: false });
  });

  it('is answered elsewhere', () => {
    page.socket.fire('call', snapshot('ringing'));
    page.socket.fire('call', snapshot('elsewhere'));
    expect(page.view?.end?.reason).toBe('elsewhere');
  });

  it('is missed', () => {
    page.socket.fire('call', snapshot('ringing'));
    page.socket.fire('call', snapshot('missed'));
    expect(page.view?.end).toMatchObject({ reason: 'missed' });
    expect(page.view?.end?.durationMs).toBeUndefined();
  });

  it('goes on where this tab was in it, and ends with its duration', async () => {
    page.seat.remember({ callId: snapshot('connected').callId, camera: false, muted: false });
    page.socket.fire('call', snapshot('connected'));
    await settle();
    expect(page.view).toMatchObject({ stage: 'live', direction: 'incoming' });
    page.socket.fire('call', snapshot('ended'));
    expect(page.view?.end).toMatchObject({ reason: 'completed', durationMs: 187_000 });
  });

  it('is nothing', () => {
    page.socket.fire('call', snapshot('ringing'));
    page.socket.fire('call', fixture('call-snapshot-none'));
    expect(page.view?.end?.reason).toBe('missed');
  });

  it('brings offers that are answered', async () => {
    page.seat.remember({ callId: snapshot('connected').callId, camera: true, muted: false });
    page.socket.fire('call', { ...snapshot('elsewhere'), here: true });
    await settle();
    page.socket.fire('webrtc-offer', fixture('webrtc-offer'));
    page.socket.fire('webrtc-ice-candidate', fixture('webrtc-ice-candidate'));
    await settle();
    expect(page.connection.candidates).toHaveLength(1);
    expect(page.socket.count('webrtc-answer')).toBe(1);
  });
});

describe('what we send has the shape that the server reads', () => {
  it.each([
    ['webrtc-call-request', 'webrtc-call-request-sent'],
    ['webrtc-offer', 'webrtc-offer-sent'],
    ['webrtc-answer', 'webrtc-answer-sent'],
    ['webrtc-ice-candidate', 'webrtc-ice-candidate-sent'],
    ['webrtc-call-response', 'webrtc-call-response-sent'],
    ['webrtc-end-call', 'webrtc-end-call-sent'],
  ])('%s', async (event, name) => {
    const exchange = new Exchange();
    const [ann, ben] = [new FakePage(exchange, clock, 'ann'), new FakePage(exchange, clock, 'ben')];
    await ann.engine.start('ben', 'Ben', 'video');
    await settle();
    await ben.engine.accept(true);
    await settle();
    ann.engine.hangUp();
    await settle();
    const sent = [...ann.socket.sent, ...ben.socket.sent].find((message) => message.event === event);
    expect(Object.keys(sent?.payload ?? {}).sort()).toEqual(Object.keys(fixture(name) as object).sort());
  });
});
