import { describe, expect, it, test } from 'vitest';
import { bytesOf, FakeLine } from '../../testing/channels';
import { CHUNK_BYTES, FILES_MAX, OPEN_MAX, writeChunk } from './messages';

const MIB = 1024 * 1024;

function connected(max?: number): FakeLine {
  const line = new FakeLine(max);
  line.connect();
  return line;
}

/** Ann has offered, and nobody has answered. */
function offered(bytes = bytesOf(3 * MIB + 17)): FakeLine & { bytes: Uint8Array } {
  const line = connected();
  line.ann.offer(1, bytes);
  line.run();
  return Object.assign(line, { bytes });
}

const states = ({ ann, ben }: FakeLine, index = 0) => [ann.view(index).state, ben.view(index).state];

function expectWhole(line: FakeLine, id: number, bytes: Uint8Array): void {
  line.run();
  expect(states(line)).toEqual(['done', 'done']);
  expect(Buffer.compare(Buffer.from(line.ben.whole.get(id) ?? []), Buffer.from(bytes))).toBe(0);
}

describe('a file', () => {
  it('is offered by name, size and kind, and nothing of it goes before it is accepted', () => {
    const line = offered();
    expect(states(line)).toEqual(['offered', 'offered']);
    expect(line.ben.view()).toMatchObject({ name: 'plan.pdf', size: line.bytes.length, mime: 'application/pdf', incoming: true });
    expect(line.ben.disk.size).toBe(0);
    line.ben.machine.receiver.accept(1);
    expectWhole(line, 1, line.bytes);
    expect(line.ann.forgotten).toEqual([1]);
  });

  it.each([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 8 * CHUNK_BYTES])('of %i bytes arrives', (size) => {
    const line = offered(bytesOf(size));
    line.ben.machine.receiver.accept(1);
    expectWhole(line, 1, line.bytes);
  });

  it('can be declined, and cancelled by either before and after it is accepted', () => {
    for (const [who, when] of [['ben', 'declines'], ['ann', 'cancels'], ['ann', 'cancels later'], ['ben', 'cancels later']] as const) {
      const line = offered();
      if (when === 'declines') line.ben.machine.receiver.decline(1);
      if (when === 'cancels later') {
        line.ben.machine.receiver.accept(1);
        line.run(20);
      }
      if (who === 'ann') line.ann.machine.sender.cancel(1);
      else line.ben.machine.receiver.cancel(1);
      line.run();
      const state = when === 'declines' ? 'declined' : 'cancelled';
      expect(states(line)).toEqual([state, state]);
      expect([line.ann.view().by, line.ben.view().by]).toEqual(who === 'ann' ? ['me', 'them'] : ['them', 'me']);
      expect(line.ben.disk.size).toBe(0);
      expect(line.ann.forgotten).toEqual([1]);
    }
  });

  test.each(['ann', 'ben'] as const)('paused by %s stands still until they go on', (who) => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.run(20);
    const pause = (on: boolean) => (who === 'ann' ? line.ann.machine.sender.pause(1, on) : line.ben.machine.receiver.pause(1, on));
    pause(true);
    line.run();
    const { moved } = line.ben.view();
    expect(moved).toBeLessThan(line.bytes.length);
    expect(states(line)).toEqual(['paused', 'paused']);
    expect(line.ann.view().by).toBe(who === 'ann' ? 'me' : 'them');
    line.run();
    expect(line.ben.view().moved).toBe(moved);
    pause(false);
    expectWhole(line, 1, line.bytes);
  });

  it('waits for those before it, and overtakes one that is paused', () => {
    const line = connected();
    for (const id of [1, 2, 3]) line.ann.offer(id, bytesOf(2 * MIB, id));
    line.run();
    for (const id of [1, 2, 3]) line.ben.machine.receiver.accept(id);
    line.run(12);
    expect(line.ann.machine.views().map(({ state }) => state)).toEqual(['moving', 'queued', 'queued']);
    line.ann.machine.sender.pause(1, true);
    line.run();
    expect(line.ann.machine.views().map(({ state }) => state)).toEqual(['paused', 'done', 'done']);
    line.ann.machine.sender.pause(1, false);
    line.run();
    expect([1, 2, 3].map((id) => line.ben.whole.get(id)?.length)).toEqual([2 * MIB, 2 * MIB, 2 * MIB]);
  });

  it('goes both ways at once', () => {
    const line = offered();
    line.ben.offer(7, bytesOf(MIB, 7), 'answer.pdf');
    line.run();
    line.ben.machine.receiver.accept(1);
    line.ann.machine.receiver.accept(7);
    line.run();
    expect(Buffer.compare(Buffer.from(line.ann.whole.get(7) ?? []), Buffer.from(bytesOf(MIB, 7)))).toBe(0);
    expect(line.ben.whole.get(1)?.length).toBe(line.bytes.length);
  });

  it('is not read or held further ahead than a slow disk at the other end takes', () => {
    const line = offered(bytesOf(12 * MIB));
    line.ben.slowDisk = true;
    line.ben.machine.receiver.accept(1);
    line.run();
    const held = line.ben.heldWrites.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(held).toBeLessThan(MIB);
    expect(line.ann.view().moved).toBe(0);
    line.ben.releaseWrites();
    expectWhole(line, 1, line.bytes);
  });
});

describe('a channel that is lost', () => {
  it('at any point leaves the file whole in the end, and never twice', () => {
    const bytes = bytesOf(MIB + 100);
    const whole = offered(bytes);
    whole.ben.machine.receiver.accept(1);
    const before = whole.carried;
    whole.run();
    const messages = whole.carried - before;
    for (let point = 0; point <= messages; point += 1) {
      const line = offered(bytes);
      line.ben.machine.receiver.accept(1);
      line.run(point);
      line.cut();
      line.connect();
      expectWhole(line, 1, bytes);
      // Nothing but what was under way goes over the line again.
      expect(line.ben.disk.get(1)?.reduce((sum, part) => sum + part.length, 0)).toBe(bytes.length);
    }
  });

  it('before anybody has answered asks no second time', () => {
    const line = offered();
    line.cut();
    expect(states(line)).toEqual(['offered', 'offered']);
    line.connect();
    expect(line.ben.machine.views()).toHaveLength(1);
    line.cut();
    line.ben.machine.receiver.decline(1);
    line.connect();
    expect(states(line)).toEqual(['declined', 'declined']);
  });

  it('while it is cancelled or paused keeps to that', () => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.run(10);
    line.cut();
    line.ben.machine.receiver.pause(1, true);
    line.connect();
    expect(states(line)).toEqual(['paused', 'paused']);
    line.cut();
    line.ann.machine.sender.cancel(1);
    line.connect();
    expect([line.ann.view().state, line.ben.view()]).toMatchObject(['cancelled', { state: 'failed', failure: 'gone', canRetry: false }]);
    expect(line.ben.disk.size).toBe(0);
  });

  it('with the page that had the file says that it is gone', () => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.run(10);
    const anew = new FakeLine();
    line.ben.machine.lose();
    line.ben.machine.begin();
    line.ben.machine.text(0, JSON.stringify({ type: 'hello', version: 1, max: 1, sending: anew.ann.machine.sender.sending }));
    line.ben.work(0);
    expect(line.ben.view()).toMatchObject({ state: 'failed', failure: 'gone' });
  });

  it('with the page that received it is offered there again', () => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.run(10);
    const anew = new FakeLine();
    line.cut();
    Object.assign(line, { ben: anew.ben });
    line.connect();
    expect(line.ben.view().state).toBe('offered');
    line.ben.machine.receiver.accept(1);
    expectWhole(line, 1, line.bytes);
  });

  it('for good, with the call, ends what was under way and leaves no bytes', () => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.run(10);
    for (const end of [line.ann, line.ben]) {
      end.machine.end();
      end.work(0);
    }
    expect([line.ann.view(), line.ben.view()]).toMatchObject([{ state: 'failed', failure: 'gone' }, { state: 'failed', failure: 'gone' }]);
    expect(line.ben.disk.size).toBe(0);
    expect(line.ann.forgotten).toEqual([1]);
  });
});

describe('a file that does not arrive whole', () => {
  test.each(['ann', 'ben'] as const)('is thrown away, and begins anew when %s says so', (who) => {
    const line = offered();
    let chunks = 0;
    line.ann.spoil = (chunk) => {
      chunks += 1;
      if (chunks === 5) chunk[100] = (chunk[100] ?? 0) ^ 1;
      return chunk;
    };
    line.ben.machine.receiver.accept(1);
    line.run();
    expect([line.ann.view(), line.ben.view()]).toMatchObject([{ state: 'failed', failure: 'damaged', canRetry: true }, { state: 'failed', failure: 'damaged', canRetry: true }]);
    expect(line.ben.whole.size + line.ben.disk.size).toBe(0);
    if (who === 'ann') line.ann.machine.sender.retry(1);
    else line.ben.machine.receiver.retry(1);
    expectWhole(line, 1, line.bytes);
  });

  it('for want of room says so on both sides', () => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.run(10);
    line.ben.brokenDisk = true;
    line.run();
    expect([line.ann.view(), line.ben.view()]).toMatchObject([{ state: 'failed', failure: 'disk', by: 'them' }, { state: 'failed', failure: 'disk', by: 'me' }]);
    line.ben.brokenDisk = false;
    line.ben.machine.receiver.retry(1);
    expectWhole(line, 1, line.bytes);
  });

  it('because it can’t be read any more says so', () => {
    const line = offered();
    line.ann.files.set(1, bytesOf(10));
    line.ben.machine.receiver.accept(1);
    line.run();
    expect(line.ann.view()).toMatchObject({ state: 'failed', failure: 'unreadable', by: 'me' });
    expect(line.ben.view()).toMatchObject({ state: 'failed', failure: 'unreadable', by: 'them' });
  });
});

describe('who breaks the rules', () => {
  const chunk = (id: number, round: number, offset: number, length = 10) => writeChunk({ id, round, offset, bytes: bytesOf(length) }).buffer;
  const hostile = (): FakeLine => {
    const line = offered();
    line.ben.machine.receiver.accept(1);
    line.ben.work(0);
    line.ann.wire = [];
    line.ben.wire = [];
    return line;
  };

  test.each<[string, ArrayBuffer]>([
    ['sends a file that was never offered', chunk(9, 1, 0)],
    ['leaves something out', chunk(1, 1, 10)],
    ['sends what was not asked for yet', chunk(1, 2, 0)],
    ['sends chunks that are too large', new ArrayBuffer(CHUNK_BYTES + 17)],
    ['sends chunks of nothing', new ArrayBuffer(16)],
    ['sends chunks that are at no place', chunk(1, 1, -1)],
    ['sends chunks that are at half a place', chunk(1, 1, 0.5)],
  ])('and %s is heard no more', (_, data) => {
    const line = hostile();
    line.ben.machine.binary(0, data);
    line.ben.work(0);
    expect(line.ben).toMatchObject({ closed: true, discarded: [1] });
    expect(line.ben.view()).toMatchObject({ state: 'failed', failure: 'rules', canRetry: false });
    line.ben.machine.text(0, JSON.stringify({ type: 'offer', id: 5, name: 'x', size: 1, mime: '' }));
    line.ben.machine.begin();
    line.ben.work(0);
    expect(line.ben.machine.views()).toHaveLength(1);
    expect(line.ben.wire).toEqual([]);
  });

  it('and sends more than was offered is heard no more', () => {
    const line = connected();
    line.ann.offer(1, bytesOf(1000), 'plan.pdf', 500);
    line.run();
    line.ben.machine.receiver.accept(1);
    line.ben.work(0);
    line.ben.machine.binary(0, chunk(1, 1, 0, 400));
    line.ben.machine.binary(0, chunk(1, 1, 400, 101));
    line.ben.work(0);
    expect(line.ben).toMatchObject({ closed: true, discarded: [1] });
  });

  it('and does not wait for the disk is heard no more, before memory runs out', () => {
    const line = connected();
    line.ann.say({ type: 'offer', id: 1, name: 'big', size: 900_000_000, mime: '' });
    line.run();
    line.ben.slowDisk = true;
    line.ben.machine.receiver.accept(1);
    line.ben.work(0);
    for (let sent = 0; sent < 32 * MIB; sent += CHUNK_BYTES) {
      line.ben.machine.binary(0, chunk(1, 1, sent, CHUNK_BYTES));
      line.ben.work(0);
    }
    expect(line.ben.closed).toBe(true);
    expect(line.ben.heldWrites.length * CHUNK_BYTES).toBeLessThanOrEqual(17 * MIB);
  });

  it('and ends too early does not pass for whole', () => {
    const line = hostile();
    line.ben.machine.text(0, JSON.stringify({ type: 'end', id: 1, round: 1, digest: '0'.repeat(64) }));
    expect(line.ben.view()).toMatchObject({ state: 'failed', failure: 'damaged' });
  });

  it('and offers what is too large is refused without a question', () => {
    const line = connected(MIB);
    for (const size of [MIB + 1, Number.MAX_SAFE_INTEGER]) line.ann.say({ type: 'offer', id: 2, name: 'x', size, mime: '' });
    for (const size of [-1, 1.5, 1e300, '1', null]) line.ann.say({ type: 'offer', id: 3, name: 'x', size, mime: '' });
    line.run();
    expect(line.ben.machine.views()).toEqual([]);
  });

  it('and floods with offers is asked about a few, in all about some more', () => {
    const line = connected();
    for (let id = 1; id <= 5_000; id += 1) {
      line.ann.say({ type: 'offer', id, name: 'x', size: 1, mime: '' });
      if (id % 10 === 0) line.run();
    }
    expect(line.ben.machine.views()).toHaveLength(OPEN_MAX);
    for (let id = 1; id <= 5_000; id += 1) {
      line.ben.machine.receiver.decline(id);
      line.ann.say({ type: 'offer', id: 10_000 + id, name: 'x', size: 1, mime: '' });
      line.run();
    }
    expect(line.ben.machine.views().length).toBeLessThanOrEqual(FILES_MAX);
  });

  it('and asks for what is not there, or pretends to have it, gets nothing', () => {
    const line = offered();
    line.ben.say({ type: 'accept', id: 1, round: 1, offset: line.bytes.length + 1 });
    line.run();
    expect(line.ann.view()).toMatchObject({ state: 'failed', failure: 'damaged' });
    const other = offered();
    other.ben.say({ type: 'done', id: 1 });
    other.ben.say({ type: 'ack', id: 1, round: 0, offset: 5 });
    other.run();
    expect(other.ann.view()).toMatchObject({ state: 'offered', moved: 0 });
  });

  test.each(['', '{', 'null', '[]', '"offer"', '{"type":"offer"}', '{"type":"hello","version":1,"max":-1,"sending":[]}', `{"type":"offer","id":1,"size":1,"mime":"","name":"${'x'.repeat(9_000)}"}`])(
    'and says %.40s is not understood',
    (text) => {
      const line = connected();
      line.ann.wire.push(text);
      line.run();
      expect(line.ben.machine.views()).toEqual([]);
      expect(line.ben.machine.ready).toBe(true);
    },
  );
});

describe('too many of ours', () => {
  it('are not offered', () => {
    const line = connected();
    const taken = Array.from({ length: OPEN_MAX + 5 }, (_, index) => line.ann.offer(index + 1, bytesOf(1)));
    expect(taken.filter(Boolean)).toHaveLength(OPEN_MAX);
  });
});
